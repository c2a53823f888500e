namespace Ziya.Corpus.Evaluation;

/// <summary>What is judged at once: one record to review, or two answers side by side.</summary>
/// <param name="Number">Its number on the page, from 1.</param>
/// <param name="Language">Its language, for fonts and hyphenation: <c>zh</c>, <c>en</c>.</param>
/// <param name="Task">Its type of task or its source, shown in small print.</param>
/// <param name="Parts">What stands above, or all there is.</param>
/// <param name="Sides">The left and the right answer; none in a review.</param>
internal sealed record PageItem(int Number, string? Language, string? Task, IReadOnlyList<PagePart> Parts, IReadOnlyList<string>? Sides = null);

/// <summary>A text of a page.</summary>
/// <param name="As">What it is: <c>system</c>, <c>question</c>, <c>answer</c>, <c>text</c>, <c>chosen</c>, <c>rejected</c>.</param>
/// <param name="Text">The text.</param>
internal sealed record PagePart(string As, string Text);
