using System.CodeDom.Compiler;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace MetaMirror.Cli.Tests.Conventions;

/// <summary>Conventions that the compiled product keeps to, read by reflection: the tool's tests see all four assemblies.</summary>
public sealed class AssemblyTests
{
    private const BindingFlags Statics = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.DeclaredOnly;

    // From the bottom up: each may refer to those before it.
    private static readonly string[] Order = ["MetaMirror.Numerics", "MetaMirror", "MetaMirror.Experiments", "MetaMirror.Cli"];

    public static TheoryData<string> Assemblies() => [.. Order];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void EveryClassIsAbstractSealedOrStatic(string assembly) =>
        Assert.Empty(Written(assembly).Where(t => t.IsClass && !t.IsAbstract && !t.IsSealed).Select(t => t.FullName));

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void NoStaticFieldChanges(string assembly)
    {
        IEnumerable<string> found =
            from type in Written(assembly)
            from field in type.GetFields(Statics)
            where !field.IsInitOnly && !field.IsLiteral && !field.IsDefined(typeof(ThreadStaticAttribute))
            select $"{type.FullName}.{field.Name}";
        Assert.Empty(found);
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void AssembliesReferDownwardsOnly(string assembly)
    {
        string[] below = Order[..Array.IndexOf(Order, assembly)];
        IEnumerable<string?> found = Load(assembly).GetReferencedAssemblies().Select(r => r.Name).Where(r => r!.StartsWith("MetaMirror", StringComparison.OrdinalIgnoreCase));
        Assert.Empty(found.Except(below, StringComparer.Ordinal));
    }

    private static Assembly Load(string name) => Assembly.Load(new AssemblyName(name));

    /// <summary>Types that a person wrote: neither the compiler nor a source generator.</summary>
    private static IEnumerable<Type> Written(string assembly) => Load(assembly).GetTypes().Where(IsWritten);

    private static bool IsWritten(Type type) =>
        !type.IsDefined(typeof(CompilerGeneratedAttribute)) && !type.IsDefined(typeof(GeneratedCodeAttribute)) && !type.Name.Contains('<', StringComparison.Ordinal)
        && (type.DeclaringType is null || IsWritten(type.DeclaringType));
}
