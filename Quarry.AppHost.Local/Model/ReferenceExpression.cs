using System.Runtime.CompilerServices;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Text with holes for values that are known later: <c>ReferenceExpression.Create($"{host}:{port}")</c>.</summary>
public class ReferenceExpression : IManifestExpressionProvider, IValueProvider
{
    private readonly IManifestExpressionProvider[] manifestExpressions;

    private ReferenceExpression(
        string format,
        IValueProvider[] values,
        IManifestExpressionProvider[] manifestExpressions
    )
    {
        Format = format;
        ValueProviders = values;
        this.manifestExpressions = manifestExpressions;
    }

    /// <summary>The text, with <c>{0}</c>, <c>{1}</c> in place of the values.</summary>
    public string Format { get; }

    /// <summary>The values.</summary>
    public IReadOnlyList<IValueProvider> ValueProviders { get; }

    /// <summary>Placeholders of the values.</summary>
    public IReadOnlyList<string> ManifestExpressions => [.. manifestExpressions.Select(e => e.ValueExpression)];

    /// <inheritdoc/>
    public string ValueExpression => string.Format(null, Format, [.. ManifestExpressions]);

    /// <summary>Makes an expression of an interpolated string.</summary>
    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) =>
        new(handler.Format, handler.Values, handler.Expressions);

    /// <inheritdoc/>
    public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
    {
        var values = new object?[ValueProviders.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = await ValueProviders[i].GetValueAsync(cancellationToken);
        return string.Format(null, Format, values);
    }

    /// <summary>Collects the parts of an interpolated string.</summary>
    /// <param name="literalLength">Characters of the literal parts.</param>
    /// <param name="formattedCount">Number of holes.</param>
    [InterpolatedStringHandler]
    public ref struct ExpressionInterpolatedStringHandler(int literalLength, int formattedCount)
    {
        private readonly StringBuilder format = new(literalLength + (formattedCount * 3));
        private readonly List<IValueProvider> values = [];
        private readonly List<IManifestExpressionProvider> expressions = [];

        internal readonly string Format => format.ToString();

        internal readonly IValueProvider[] Values => [.. values];

        internal readonly IManifestExpressionProvider[] Expressions => [.. expressions];

        /// <summary>Takes a literal part.</summary>
        public readonly void AppendLiteral(string value) =>
            format.Append(
                value.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal)
            );

        /// <summary>Takes text that is known already.</summary>
        public readonly void AppendFormatted(string? value) => AppendLiteral(value ?? "");

        /// <summary>Takes a value that is known later.</summary>
        public readonly void AppendFormatted<T>(T valueProvider)
            where T : IValueProvider, IManifestExpressionProvider
        {
            format.Append('{').Append(values.Count).Append('}');
            values.Add(valueProvider);
            expressions.Add(valueProvider);
        }

        /// <summary>Takes a resource that is a value.</summary>
        public readonly void AppendFormatted<T>(IResourceBuilder<T> valueProvider)
            where T : IResource, IValueProvider, IManifestExpressionProvider => AppendFormatted(valueProvider.Resource);
    }
}
