using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Ziya.Pipeline.Jobs;

/// <summary>One option of an options record, as reading, writing and the schema see it.</summary>
/// <param name="Name">Its key in YAML.</param>
/// <param name="Property">The property.</param>
/// <param name="Required">Whether it must be given.</param>
internal sealed record OptionShape(string Name, PropertyInfo Property, bool Required)
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<OptionShape>> Known = new();

    /// <summary>The range a number must lie in, if any.</summary>
    public RangeAttribute? Range { get; } = Property.GetCustomAttribute<RangeAttribute>();

    /// <summary>The pattern a string must match, if any.</summary>
    public RegularExpressionAttribute? Pattern { get; } = Property.GetCustomAttribute<RegularExpressionAttribute>();

    /// <summary>The options of an options record, in the order they are declared.</summary>
    public static IReadOnlyList<OptionShape> Of(Type type) => Known.GetOrAdd(type, Read);

    /// <summary><c>ShardMb</c> to <c>shard_mb</c>, <c>Utf8</c> to <c>utf8</c>.</summary>
    public static string SnakeCase(string name)
    {
        var snake = new StringBuilder();
        foreach (var c in name)
        {
            if (char.IsUpper(c) && snake.Length > 0)
            {
                snake.Append('_');
            }

            snake.Append(char.ToLowerInvariant(c));
        }

        return snake.ToString();
    }

    /// <summary>Whether a type is an options record of its own.</summary>
    public static bool IsRecord(Type type) => type.IsClass && type.GetMethod("<Clone>$") is not null;

    private static OptionShape[] Read(Type type) =>
    [
        .. from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
           where property.SetMethod is not null
           let name = property.GetCustomAttribute<KeyAttribute>()?.Name ?? SnakeCase(property.Name)
           select new OptionShape(name, property, property.IsDefined(typeof(RequiredMemberAttribute))),
    ];
}
