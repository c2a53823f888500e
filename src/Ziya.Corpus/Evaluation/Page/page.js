'use strict';
(() => {
  const words = {
    en: {
      titles: {},
      left: 'Left is better', tie: 'Equal', right: 'Right is better', good: 'Good', bad: 'Bad',
      coherence: 'incoherent', readability: 'hard to read', toxicity: 'toxic', privacy: 'private data', advertising: 'advertising', markup: 'leftover HTML', wrong: 'wrong', other: 'other',
      system: 'System prompt', question: 'Question', answer: 'Answer', text: 'Text', chosen: 'Chosen', rejected: 'Rejected', leftSide: 'Left', rightSide: 'Right',
      judge: 'Your name', save: 'Save', back: 'Back', next: 'Next', note: 'Note (press n to write, Esc to leave)', of: (n, all) => n + ' of ' + all + ' judged',
      name: 'Your name first: it tells judgements apart.', saved: 'Saved. Send the file to who gave you this page.', all: 'All are judged. Press s to save.',
      kept: 'This browser does not keep progress: save before you close the page.',
      pairsHelp: 'Arrows left and right work too. ',
      help: 'Space and the arrows up and down scroll. Progress is kept in this browser; s saves it as a file, at any time.',
    },
    zh: {
      titles: { 'Which answer is better?': '哪个回答更好？', 'Good or bad?': '好，还是不好？' },
      left: '左边更好', tie: '差不多', right: '右边更好', good: '好', bad: '不好',
      coherence: '不连贯', readability: '难以阅读', toxicity: '有害内容', privacy: '隐私信息', advertising: '广告', markup: '残留 HTML', wrong: '有错误', other: '其他',
      system: '系统提示', question: '问题', answer: '回答', text: '正文', chosen: '被选中的回答', rejected: '被拒绝的回答', leftSide: '左', rightSide: '右',
      judge: '你的名字', save: '保存', back: '上一条', next: '下一条', note: '备注（按 n 填写，Esc 离开）', of: (n, all) => '已评 ' + n + ' / ' + all,
      name: '请先填写名字，以便区分不同的评审。', saved: '已保存。请把文件发给提供本页面的人。', all: '全部评完。按 s 保存。',
      kept: '此浏览器不能保存进度：关闭页面前请先保存。',
      pairsHelp: '也可用左右方向键评判。',
      help: '空格键和上下方向键滚动。进度保存在此浏览器中；随时按 s 存成文件。',
    },
  };
  const say = words[(navigator.language || 'en').startsWith('zh') ? 'zh' : 'en'];
  document.documentElement.lang = say === words.zh ? 'zh' : 'en';

  // The titles that stand there where nobody gave another.
  const heading = document.querySelector('h1');
  if (Object.hasOwn(say.titles, heading.textContent)) {
    document.title = heading.textContent = say.titles[heading.textContent];
  }

  const data = JSON.parse(document.getElementById('data').textContent);
  const pairs = data.kind === 'pairs';
  const choices = pairs ? [['1', 'left'], ['0', 'tie'], ['2', 'right']] : [['g', 'good'], ['b', 'bad']];
  const reasons = pairs ? [] : [['c', 'coherence'], ['r', 'readability'], ['t', 'toxicity'], ['p', 'privacy'], ['a', 'advertising'], ['h', 'markup'], ['w', 'wrong'], ['o', 'other']];
  const also = pairs ? { ArrowLeft: 'left', ArrowRight: 'right', '=': 'tie' } : { 1: 'good', 2: 'bad' };
  const at = id => document.getElementById(id);

  // Progress, kept by the name of the page: another page does not meet it.
  const key = 'ziya-judging:' + data.page;
  let state = { at: 0, judge: '', judged: {} };
  let keeps = true;
  try {
    state = Object.assign(state, JSON.parse(localStorage.getItem(key) || '{}'));
    localStorage.setItem(key, JSON.stringify(state));
  } catch { keeps = false; }
  const keep = () => { try { localStorage.setItem(key, JSON.stringify(state)); } catch { keeps = false; } };

  const make = (tag, text, style) => {
    const element = document.createElement(tag);
    element.textContent = text;
    element.className = style || '';
    return element;
  };
  const button = (into, letter, name, act) => {
    const made = make('button', '', name);
    made.append(make('kbd', letter), say[name]);
    made.dataset.name = name;
    made.addEventListener('click', () => { made.blur(); act(name); });
    into.append(made);
  };
  const block = (into, name, text, language) => {
    const made = make('article', '', name);
    const body = make('pre', text);
    body.dir = 'auto';
    if (language) body.lang = language;
    made.append(make('h2', say[name] || name), body);
    into.append(made);
  };

  const item = () => data.items[state.at];
  const verdict = () => state.judged[item().number];
  const notice = text => { at('notice').textContent = text; };

  const show = () => {
    const now = item();
    at('facts').textContent = '#' + now.number + (now.task ? ' · ' + now.task : '');
    at('parts').replaceChildren();
    at('sides').replaceChildren();
    for (const part of now.parts) block(at('parts'), part.as, part.text, now.language);
    if (now.sides) ['leftSide', 'rightSide'].forEach((name, side) => block(at('sides'), name, now.sides[side], now.language));
    scrollTo(0, 0);
    mark();
  };
  const mark = () => {
    const found = verdict() || {};
    for (const made of at('choices').children) made.setAttribute('aria-pressed', String(made.dataset.name === found.choice));
    for (const made of at('reasons').children) made.setAttribute('aria-pressed', String((found.reasons || []).includes(made.dataset.name)));
    [...at('sides').children].forEach((made, side) => made.classList.toggle('picked', found.choice === ['left', 'right'][side]));
    at('note').value = found.note || '';
    const done = Object.keys(state.judged).length;
    at('progress').max = data.items.length;
    at('progress').value = done;
    at('count').textContent = say.of(done, data.items.length);
    notice(!keeps ? say.kept : done === data.items.length ? say.all : '');
    keep();
  };
  const move = by => { state.at = Math.min(data.items.length - 1, Math.max(0, state.at + by)); show(); };
  const onward = () => {
    const open = data.items.findIndex((one, place) => place > state.at && !state.judged[one.number]);
    const first = data.items.findIndex(one => !state.judged[one.number]);
    if (open >= 0 || first >= 0) { state.at = open >= 0 ? open : first; show(); } else mark();
  };
  const choose = choice => {
    const before = verdict() || {};
    state.judged[item().number] = choice === 'bad' ? { reasons: [], ...before, choice } : { choice, ...(before.note ? { note: before.note } : {}) };
    // What is bad has reasons; they come next.
    if (choice === 'bad') mark(); else onward();
  };
  const reason = name => {
    const before = verdict() || {};
    const had = before.reasons || [];
    state.judged[item().number] = { ...before, choice: 'bad', reasons: had.includes(name) ? had.filter(one => one !== name) : [...had, name] };
    mark();
  };
  const save = () => {
    state.judge = at('judge').value.trim();
    if (!state.judge) { notice(say.name); at('judge').focus(); return; }
    keep();
    const saved = JSON.stringify({ page: data.page, kind: data.kind, judge: state.judge, items: data.items.length, judged: state.judged }, null, 1);
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([saved + '\n'], { type: 'application/json' }));
    link.download = 'judged-' + data.page.slice(0, 8) + '-' + state.judge.replace(/[^\p{L}\p{N}_-]+/gu, '_') + '.json';
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    notice(say.saved);
  };

  for (const [letter, name] of choices) button(at('choices'), letter, name, choose);
  for (const [letter, name] of reasons) button(at('reasons'), letter, name, reason);
  const plain = (id, letter, act) => { at(id).append(make('kbd', letter), say[id]); at(id).addEventListener('click', () => { at(id).blur(); act(); }); };
  plain('save', 's', save);
  plain('back', 'k', () => move(-1));
  plain('next', 'j', () => move(1));
  at('who').textContent = say.judge;
  at('help').textContent = (pairs ? say.pairsHelp : '') + say.help;
  at('note').placeholder = say.note;
  at('note').setAttribute('aria-label', say.note);
  at('judge').value = state.judge;
  at('judge').addEventListener('input', () => { state.judge = at('judge').value.trim(); keep(); });
  at('note').addEventListener('input', () => {
    const found = verdict();
    if (!found) { notice(say[choices[0][1]] + ' / ' + say[choices[choices.length - 1][1]] + '?'); return; }
    found.note = at('note').value;
    keep();
  });
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.tagName === 'INPUT') {
      if (event.key === 'Escape' || event.key === 'Enter') event.target.blur();
      return;
    }
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const choice = also[name] || (choices.find(([letter]) => letter === name) || [])[1];
    const why = (reasons.find(([letter]) => letter === name) || [])[1];
    const act = choice ? () => choose(choice) : why ? () => reason(why)
      : { k: () => move(-1), Backspace: () => move(-1), j: () => move(1), Enter: onward, n: () => at('note').focus(), s: save }[name];
    if (act) { event.preventDefault(); act(); }
  });
  state.at = Math.min(state.at, data.items.length - 1);
  show();
})();
