using System.Buffers.Binary;
using System.Text;

namespace Ziya.Models.Checkpoints;

/// <summary>
/// Reads a pickle of a state dictionary. A pickle is a program for a stack machine that may call anything; this machine has no call: the
/// few names that torch.save writes for tensors stand for records here, and every other name or opcode is an error that tells it.
/// (Opcodes: CPython's Lib/pickletools.py, protocol 2; names: torch/_utils.py.)
/// </summary>
internal sealed class Unpickler(byte[] bytes, string path)
{
    private static readonly object Mark = new();

    private static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        "collections OrderedDict", "torch._utils _rebuild_tensor_v2", "torch._utils _rebuild_parameter",
        "torch FloatStorage", "torch HalfStorage", "torch BFloat16Storage", "torch DoubleStorage", "torch LongStorage",
        "torch IntStorage", "torch ShortStorage", "torch CharStorage", "torch ByteStorage", "torch BoolStorage",
    };

    private readonly List<object?> _stack = [];
    private readonly Dictionary<int, object?> _memo = [];
    private int _at;

    /// <summary>The object; dictionaries are lists of pairs in their order, tuples and lists are arrays and lists, tensors are <see cref="PickledTensor"/>.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or is more than a state dictionary.</exception>
    public object? Load()
    {
        try
        {
            while (true)
            {
                var opcode = Byte();
                if (opcode == '.')
                {
                    return Pop();
                }

                Execute(opcode);
            }
        }
        catch (Exception exception) when (exception is ArgumentException or IndexOutOfRangeException or InvalidCastException or KeyNotFoundException or OverflowException)
        {
            throw new InvalidDataException($"{path}: its pickle is damaged at byte {_at}.", exception);
        }
    }

    private void Execute(byte opcode)
    {
        switch ((char)opcode)
        {
            case '\x80': Protocol(Byte()); break;
            case '(': _stack.Add(Mark); break;
            case '}': _stack.Add(new PickledDictionary()); break;
            case ']': _stack.Add(new List<object?>()); break;
            case ')': _stack.Add(Array.Empty<object?>()); break;
            case '\x85': _stack.Add(Pop(1)); break;
            case '\x86': _stack.Add(Pop(2)); break;
            case '\x87': _stack.Add(Pop(3)); break;
            case 't': _stack.Add(PopToMark()); break;
            case 'N': _stack.Add(null); break;
            case '\x88': _stack.Add(true); break;
            case '\x89': _stack.Add(false); break;
            case 'K': _stack.Add((long)Byte()); break;
            case 'M': _stack.Add((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
            case 'J': _stack.Add((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
            case '\x8a': _stack.Add(Long(Take(Byte()))); break;
            case 'G': _stack.Add(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;
            case 'X': _stack.Add(Encoding.UTF8.GetString(Take(BinaryPrimitives.ReadInt32LittleEndian(Take(4))))); break;
            case 'q': _memo[Byte()] = _stack[^1]; break;
            case 'r': _memo[BinaryPrimitives.ReadInt32LittleEndian(Take(4))] = _stack[^1]; break;
            case 'h': _stack.Add(_memo[Byte()]); break;
            case 'j': _stack.Add(_memo[BinaryPrimitives.ReadInt32LittleEndian(Take(4))]); break;
            case 'c': Global(); break;
            case 'Q': _stack.Add(PickledStorage.From((object?[])Pop()!)); break;
            case 'R': Reduce((object?[])Pop()!); break;
            case 's': SetItems(Pop(2)); break;
            case 'u': SetItems(PopToMark()); break;
            case 'a': Append(Pop(1)); break;
            case 'e': Append(PopToMark()); break;
            // The attributes of a state dictionary, its _metadata: versions of modules, of no use here.
            case 'b' when _stack[^2] is PickledDictionary: Pop(); break;
            default: throw new InvalidDataException($"{path}: the pickle's byte {_at - 1} is the opcode 0x{opcode:x2}, which no state dictionary needs; nothing was executed.");
        }
    }

    private void Protocol(byte version)
    {
        if (version != 2)
        {
            throw new InvalidDataException($"{path}: is a pickle of protocol {version}; torch.save writes protocol 2.");
        }
    }

    private void Global()
    {
        var name = $"{Line()} {Line()}";
        if (!Names.Contains(name))
        {
            throw new InvalidDataException($"{path}: the pickle wants to call {name.Replace(' ', '.')}, which no state dictionary needs; nothing was executed.");
        }

        _stack.Add(new PickledName(name));
    }

    private void Reduce(object?[] arguments)
    {
        _stack.Add(((PickledName)Pop()!).Name switch
        {
            "collections OrderedDict" when arguments.Length == 0 => new PickledDictionary(),
            "torch._utils _rebuild_tensor_v2" => PickledTensor.From(arguments),
            "torch._utils _rebuild_parameter" => (PickledTensor)arguments[0]!,
            var name => throw new InvalidDataException($"{path}: the pickle calls {name.Replace(' ', '.')} with {arguments.Length} arguments, which no state dictionary needs; nothing was executed."),
        });
    }

    private void SetItems(object?[] items)
    {
        var dictionary = (PickledDictionary)_stack[^1]!;
        for (var i = 0; i < items.Length; i += 2)
        {
            dictionary.Items.Add((items[i], items[i + 1]));
        }
    }

    private void Append(object?[] items) => ((List<object?>)_stack[^1]!).AddRange(items);

    private object? Pop() => Pop(1)[0];

    private object?[] Pop(int count)
    {
        var items = _stack.GetRange(_stack.Count - count, count).ToArray();
        _stack.RemoveRange(_stack.Count - count, count);
        return items;
    }

    private object?[] PopToMark()
    {
        var mark = _stack.LastIndexOf(Mark);
        var items = Pop(_stack.Count - mark - 1);
        _stack.RemoveAt(mark);
        return items;
    }

    private byte Byte() => Take(1)[0];

    private ReadOnlySpan<byte> Take(int count)
    {
        var taken = bytes.AsSpan(_at, count);
        _at += count;
        return taken;
    }

    private string Line()
    {
        var length = bytes.AsSpan(_at).IndexOf((byte)'\n');
        var line = Encoding.UTF8.GetString(Take(length));
        _at++;
        return line;
    }

    private static long Long(ReadOnlySpan<byte> digits)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(digits.Length, 8);
        var value = digits.Length > 0 && digits[^1] >= 0x80 ? -1L : 0L;
        for (var i = digits.Length - 1; i >= 0; i--)
        {
            value = (value << 8) | digits[i];
        }

        return value;
    }
}
