namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value that is known when the application runs.</summary>
public interface IValueProvider
{
    /// <summary>The value; null when there is none.</summary>
    ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default);
}

/// <summary>A value that a deployment manifest names instead of holding it.</summary>
public interface IManifestExpressionProvider
{
    /// <summary>The placeholder, for example <c>{redis.bindings.tcp.host}</c>.</summary>
    string ValueExpression { get; }
}
