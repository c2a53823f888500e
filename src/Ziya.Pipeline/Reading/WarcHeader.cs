using System.Globalization;
using System.Text;

namespace Ziya.Pipeline.Reading;

/// <summary>The header fields of one WARC record.</summary>
internal sealed class WarcHeader
{
    private readonly List<(string Name, string Value)> _fields = [];

    /// <summary>Bytes of the block.</summary>
    public long ContentLength { get; private set; }

    /// <summary>The first field of that name, or null.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var field in _fields)
            {
                if (field.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return field.Value;
                }
            }

            return null;
        }
    }

    /// <summary>Reads fields up to the blank line; why they cannot be used.</summary>
    public string? Read(ByteReader reader, int mostBytes)
    {
        _fields.Clear();
        ContentLength = 0;
        var start = reader.Position;
        while (reader.TryLine(mostBytes, out var line))
        {
            if (line.IsEmpty)
            {
                if (!long.TryParse(this["Content-Length"], NumberStyles.None, CultureInfo.InvariantCulture, out var length))
                {
                    return this["Content-Length"] is { } wrong ? $"its Content-Length is '{wrong}'" : "it has no Content-Length";
                }

                ContentLength = length;
                return null;
            }

            if (reader.Position - start > mostBytes)
            {
                return $"its header is longer than {mostBytes} bytes";
            }

            Add(Encoding.UTF8.GetString(line.Span));
        }

        return "the file ends in the header";
    }

    private void Add(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (line[0] is ' ' or '\t' && _fields.Count > 0)
        {
            _fields[^1] = (_fields[^1].Name, $"{_fields[^1].Value} {line.Trim()}");
        }
        else if (colon > 0)
        {
            _fields.Add((line[..colon].Trim(), line[(colon + 1)..].Trim()));
        }
    }
}
