using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace MetaMirror.Tests.Conventions;

/// <summary>Writes what an assembly shows to its users, one member a line, in ordinal order.</summary>
internal static class PublicApi
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (Type type in assembly.GetTypes().Where(IsVisible).OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{Heading(type)}\n");
            foreach (string member in Members(type).Order(StringComparer.Ordinal))
                text.Append(CultureInfo.InvariantCulture, $"    {member}\n");
            text.Append('\n');
        }

        return text.ToString();
    }

    private static bool IsVisible(Type type) => type.IsNested
        ? (type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsVisible(type.DeclaringType!)
        : type.IsPublic;

    private static bool IsVisible(MethodBase? method) => method is not null && (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly);

    private static string Heading(Type type)
    {
        string kind = type switch
        {
            { IsEnum: true } => $"enum {TypeText.Declared(type)} : {TypeText.Of(Enum.GetUnderlyingType(type))}",
            { IsInterface: true } => $"interface {TypeText.Declared(type)}",
            { IsValueType: true } => $"{(type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : "")}{(type.IsByRefLike ? "ref " : "")}struct {TypeText.Declared(type)}",
            _ when typeof(Delegate).IsAssignableFrom(type) => $"delegate {Signature(type.GetMethod("Invoke")!, TypeText.Declared(type))}",
            { IsAbstract: true, IsSealed: true } => $"static class {TypeText.Declared(type)}",
            _ => $"{(type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "")}class {TypeText.Declared(type)}",
        };
        Type[] bases = type.IsClass && type.BaseType is { } b && b != typeof(object) && !typeof(Delegate).IsAssignableFrom(type) ? [b] : [];
        return bases.Length == 0 ? kind : $"{kind} : {string.Join(", ", bases.Select(TypeText.Of))}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (typeof(Delegate).IsAssignableFrom(type))
            yield break;
        foreach (FieldInfo field in type.GetFields(Own).Where(f => (f.IsPublic || f.IsFamily || f.IsFamilyOrAssembly) && !f.IsSpecialName))
            yield return $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{TypeText.Of(field.FieldType)} {field.Name}{Constant(field)}";
        if (type.IsEnum)
            yield break;
        foreach (ConstructorInfo constructor in type.GetConstructors(Own).Where(c => IsVisible(c) && !c.IsStatic))
            yield return $"{Access(constructor)}new({Parameters(constructor)})";
        foreach (PropertyInfo property in type.GetProperties(Own).Where(p => IsVisible(p.GetMethod) || IsVisible(p.SetMethod)))
            yield return Property(property);
        foreach (EventInfo e in type.GetEvents(Own).Where(e => IsVisible(e.AddMethod)))
            yield return $"event {TypeText.Of(e.EventHandlerType!)} {e.Name}";
        foreach (MethodInfo method in type.GetMethods(Own).Where(m => IsVisible(m) && IsWritten(m)))
            yield return $"{Access(method)}{Kind(method)}{Signature(method, method.Name)}";
    }

    /// <summary>Neither an accessor nor what the compiler writes for records.</summary>
    private static bool IsWritten(MethodInfo method) =>
        !method.IsDefined(typeof(CompilerGeneratedAttribute)) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal));

    private static string Property(PropertyInfo property)
    {
        MethodInfo accessor = IsVisible(property.GetMethod) ? property.GetMethod! : property.SetMethod!;
        ParameterInfo[] index = property.GetIndexParameters();
        string name = index.Length == 0 ? property.Name : $"this[{string.Join(", ", index.Select(Parameter))}]";
        bool isInit = property.SetMethod?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
        string setter = IsVisible(property.SetMethod) ? isInit ? " init;" : " set;" : "";
        string required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        return $"{Access(accessor)}{Kind(accessor)}{required}{TypeText.Of(property.PropertyType)} {name} {{{(IsVisible(property.GetMethod) ? " get;" : "")}{setter} }}";
    }

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static string Kind(MethodInfo method) => method switch
    {
        { IsStatic: true } => "static ",
        { IsAbstract: true, DeclaringType.IsInterface: false } => "abstract ",
        { IsVirtual: true } when method.GetBaseDefinition() != method => method.IsFinal ? "sealed override " : "override ",
        { IsVirtual: true, IsFinal: false, DeclaringType.IsInterface: false } => "virtual ",
        _ => "",
    };

    private static string Signature(MethodInfo method, string name)
    {
        string generic = method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";
        return $"{TypeText.Of(method.ReturnParameter)} {name}{generic}({Parameters(method)})";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter) => $"{TypeText.Of(parameter)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {Literal(parameter.RawDefaultValue)}" : "")}";

    private static string Constant(FieldInfo field) => field.IsLiteral ? $" = {Literal(field.GetRawConstantValue())}" : "";

    private static string Literal(object? value) => value switch
    {
        null => "default",
        string s => $"\"{s}\"",
        bool b => b ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
