using System.Runtime.CompilerServices;

namespace Ziya.Corpus.Scoring;

/// <summary>How much of a text each script carries, in Latin letters (see <see cref="ScriptTable.Weight"/>).</summary>
internal struct ScriptCensus
{
    // A letter of an address or identifier; not 0, so that a text of nothing else still has a script.
    private const float NoiseWeight = 0.2f;

    private ScriptUnits _units;

    /// <summary>The Han characters and kana of the text.</summary>
    public HanCensus Han;

    private int _latinLetters;
    private int _latinNoise;

    /// <summary>Whether the Latin part is nearly all addresses, identifiers and acronyms.</summary>
    public readonly bool IsMostlyNoise => _latinLetters < 0.1 * (_latinLetters + _latinNoise);

    /// <summary>Reads a text.</summary>
    public static ScriptCensus Take(ReadOnlySpan<char> text)
    {
        var census = default(ScriptCensus);
        var i = 0;
        while (i < text.Length)
        {
            var script = ScriptTable.Of(text[i]);
            if (script == WritingScript.None)
            {
                i = WordScanner.AfterGap(text, i);
                continue;
            }

            var end = WordScanner.EndOfRun(text, i, script);
            census.AddRun(text, i, end, script);
            i = end;
        }

        return census;
    }

    /// <summary>The script that carries most, kana counted as Han, and its share of the whole; None where there is no letter.</summary>
    public readonly (WritingScript Script, double Share) Dominant()
    {
        var total = 0f;
        var best = WritingScript.None;
        for (var s = WritingScript.Latin; s <= WritingScript.Other; s++)
        {
            total += _units[(int)s];
            best = _units[(int)s] > _units[(int)best] ? s : best;
        }

        return (best, total == 0 ? 0 : _units[(int)best] / total);
    }

    private void AddRun(ReadOnlySpan<char> text, int start, int end, WritingScript script)
    {
        var letters = end - start;
        var units = letters * ScriptTable.Weight(script);
        switch (script)
        {
            case WritingScript.Latin when WordScanner.IsLatinNoise(text, start, end):
                _latinNoise += letters;
                units *= NoiseWeight;
                break;
            case WritingScript.Latin:
                _latinLetters += letters;
                break;
            case WritingScript.Han:
                foreach (var c in text[start..end])
                {
                    Han.AddHan(c);
                }

                break;
            case WritingScript.Kana:
                Han.AddKana(letters);
                script = WritingScript.Han;
                break;
            case WritingScript.Bopomofo:
                script = WritingScript.Han;
                break;
        }

        _units[(int)script] += units;
    }

    [InlineArray(ScriptTable.Count)]
    private struct ScriptUnits
    {
        private float _first;
    }
}
