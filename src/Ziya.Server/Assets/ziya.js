// Pages work without this. With it, what goes on is shown without loading the page again, and g with r, j, d or m leads to a page, / to the search.
"use strict";

const pace = 2000;
let seen = "";

async function refresh() {
  const live = [...document.querySelectorAll("[data-live]")];
  if (live.length === 0) {
    return;
  }

  if (!document.hidden) {
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html", "if-none-match": seen } });
      if (answer.ok && !answer.redirected) {
        seen = answer.headers.get("etag") ?? "";
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const old of live) {
          replace(old, page.getElementById(old.id));
        }
      }
    } catch {
      // The server is away for a moment: the next look tells.
    }
  }

  setTimeout(refresh, pace);
}

function replace(old, fresh) {
  // Forms carry a token that is another one each time: a page that differs by these alone has not changed.
  if (fresh === null || plain(old) === plain(fresh)) {
    return;
  }

  const focus = old.contains(document.activeElement) ? document.activeElement.id : "";
  old.replaceWith(document.adoptNode(fresh));
  if (focus !== "") {
    document.getElementById(focus)?.focus();
  }
}

function plain(element) {
  const copy = element.cloneNode(true);
  copy.querySelectorAll("input[type=hidden]").forEach((input) => input.remove());
  return copy.innerHTML;
}

const places = { r: "/", j: "/jobs", d: "/datasets", m: "/models" };
let before = "";
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, textarea") || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }

  if (before === "g" && places[event.key]) {
    location.href = places[event.key];
  } else if (event.key === "/") {
    const search = document.querySelector("input[type=search], input[name=id]");
    if (search) {
      event.preventDefault();
      search.focus();
    }
  }

  before = event.key;
});

setTimeout(refresh, pace);
