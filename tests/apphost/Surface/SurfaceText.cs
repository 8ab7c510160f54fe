using System.Reflection;

namespace Quarry.Tests.AppHost.Surface;

/// <summary>Writes the public members of types as lines that can be compared with the list of signatures.</summary>
internal static class SurfaceText
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(string)] = "string",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(bool)] = "bool",
        [typeof(object)] = "object",
        [typeof(void)] = "void",
    };

    /// <summary>One line for each public member that a type declares itself.</summary>
    public static IEnumerable<string> Of(Type type)
    {
        const BindingFlags declared =
            BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var name = $"{type.Namespace}.{NameOf(type)}";
        if (type.IsEnum)
            return type.GetEnumNames().Select(n => $"{name}: {n}");
        var methods = type.GetMethods(declared).Where(m => !m.IsSpecialName && !IsOfRecord(type, m)).Select(Method);
        var properties = type.GetProperties(declared).Where(p => p.Name != "EqualityContract").Select(Property);
        var fields = type.GetFields(declared).Select(f => $"{NameOf(f.FieldType)} {f.Name}");
        return methods.Concat(properties).Concat(fields).Select(m => $"{name}: {m}");
    }

    private static string Method(MethodInfo method)
    {
        var parameters = string.Join(", ", method.GetParameters().Select(Parameter));
        var generic = method.IsGenericMethod
            ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>"
            : "";
        var constraints = method.IsGenericMethod ? string.Concat(method.GetGenericArguments().Select(Constraint)) : "";
        return $"{NameOf(method.ReturnType)} {method.Name}{generic}({parameters}){constraints}";
    }

    private static string Parameter(ParameterInfo parameter)
    {
        var isExtended =
            parameter.Position == 0
            && parameter.Member.IsDefined(typeof(System.Runtime.CompilerServices.ExtensionAttribute));
        var prefix =
            isExtended ? "this "
            : parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params "
            : "";
        var fallback = parameter.HasDefaultValue ? $" = {Default(parameter)}" : "";
        return $"{prefix}{NameOf(parameter.ParameterType)} {parameter.Name}{fallback}";
    }

    private static string Default(ParameterInfo parameter) =>
        parameter.DefaultValue switch
        {
            null => "null",
            bool flag => flag ? "true" : "false",
            string text => $"\"{text}\"",
            Enum value => $"{Convert.ToInt64(value)}",
            var value => $"{value}",
        };

    private static string Constraint(Type argument)
    {
        var kinds = argument.GetGenericParameterConstraints().Select(NameOf).ToList();
        return kinds.Count == 0 ? "" : $" where {argument.Name} : {string.Join(", ", kinds)}";
    }

    private static string Property(PropertyInfo property) =>
        $"{NameOf(property.PropertyType)} {property.Name} {{ get;{(property.SetMethod is { IsPublic: true } ? " set;" : "")} }}";

    // What the compiler adds to a record is no part of the surface.
    private static bool IsOfRecord(Type type, MethodInfo method) =>
        type.GetMethod("<Clone>$") is not null
        && method.Name is "<Clone>$" or "Equals" or "GetHashCode" or "ToString" or "Deconstruct";

    private static string NameOf(Type type)
    {
        if (type.IsByRef)
            return $"{NameOf(type.GetElementType()!)}&";
        if (type.IsArray)
            return $"{NameOf(type.GetElementType()!)}[]";
        if (Keywords.TryGetValue(type, out var keyword))
            return keyword;
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return $"{NameOf(inner)}?";
        if (!type.IsGenericType)
            return type.Name;
        var arguments = type.GetGenericArguments().Select(NameOf);
        return $"{type.Name[..type.Name.IndexOf('`')]}<{string.Join(", ", arguments)}>";
    }
}
