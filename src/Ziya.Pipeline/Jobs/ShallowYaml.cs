using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Ziya.Pipeline.Jobs;

/// <summary>Loads YAML that is nested no deeper than any job is: the loader recurses, and a stack that runs over ends the process.</summary>
internal sealed class ShallowYaml : IParser
{
    private const int MostLevels = 64;

    private readonly Parser _inner;
    private int _level;

    private ShallowYaml(string text) => _inner = new Parser(new StringReader(text));

    /// <inheritdoc/>
    public ParsingEvent? Current => _inner.Current;

    /// <summary>The documents of a text. Throws <see cref="YamlException"/> where it is not YAML.</summary>
    public static YamlStream Load(string text)
    {
        var stream = new YamlStream();
        var parser = new ShallowYaml(text);
        try
        {
            stream.Load(parser);
        }
        catch (ArgumentException exception)
        {
            // What the parser takes and the loader does not, such as "- ? - :".
            throw new YamlException(parser.Current?.Start ?? Mark.Empty, parser.Current?.End ?? Mark.Empty, exception.Message, exception);
        }

        return stream;
    }

    /// <inheritdoc/>
    public bool MoveNext()
    {
        var moved = _inner.MoveNext();
        _level += _inner.Current?.NestingIncrease ?? 0;
        return _level <= MostLevels
            ? moved
            : throw new SemanticErrorException(_inner.Current!.Start, _inner.Current.End, $"nested deeper than {MostLevels} levels");
    }
}
