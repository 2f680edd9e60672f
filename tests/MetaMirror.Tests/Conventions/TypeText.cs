using System.Reflection;
using System.Runtime.CompilerServices;

namespace MetaMirror.Tests.Conventions;

/// <summary>Types as C# writes them.</summary>
internal static class TypeText
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(char)] = "char",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(nint)] = "nint",
        [typeof(nuint)] = "nuint",
    };

    /// <summary>With namespace, as at its declaration.</summary>
    public static string Declared(Type type) => $"{type.Namespace}.{Of(type)}";

    /// <summary>With in, ref, out, params and scoped-by-modifier written out.</summary>
    public static string Of(ParameterInfo parameter)
    {
        Type type = parameter.ParameterType;
        if (!type.IsByRef)
            return (parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)) ? "params " : "") + Of(type);
        bool isReadOnly = parameter.IsIn || parameter.IsDefined(typeof(IsReadOnlyAttribute));
        return (parameter.IsOut ? "out " : parameter.Position < 0 ? isReadOnly ? "ref readonly " : "ref " : isReadOnly ? "in " : "ref ") + Of(type.GetElementType()!);
    }

    public static string Of(Type type)
    {
        if (Keywords.TryGetValue(type, out string? keyword))
            return keyword;
        if (type.IsByRef)
            return $"ref {Of(type.GetElementType()!)}";
        if (type.IsPointer)
            return $"{Of(type.GetElementType()!)}*";
        if (type.IsArray)
            return $"{Of(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        if (type.IsGenericParameter)
            return type.Name;
        if (Nullable.GetUnderlyingType(type) is { } value)
            return $"{Of(value)}?";
        if (type.IsGenericType && type.Name.StartsWith("ValueTuple`", StringComparison.Ordinal))
            return $"({string.Join(", ", type.GetGenericArguments().Select(Of))})";
        return Nested(type, type.GetGenericArguments());
    }

    /// <summary>Outer types first; each takes the arguments it declares.</summary>
    private static string Nested(Type type, Type[] arguments)
    {
        int outer = type.DeclaringType?.GetGenericArguments().Length ?? 0;
        int own = type.GetGenericArguments().Length;
        string name = type.Name.Split('`')[0] + (own > outer ? $"<{string.Join(", ", arguments[outer..own].Select(Of))}>" : "");
        return type.IsNested ? $"{Nested(type.DeclaringType!, arguments)}.{name}" : name;
    }
}
