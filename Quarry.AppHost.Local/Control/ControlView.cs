namespace Quarry.AppHost.Local.Control;

/// <summary>A resource as the control API shows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Project, Redis, NodeApp or Executable.</param>
/// <param name="State">One of Aspire's known states.</param>
/// <param name="Health">Healthy or Unhealthy; null when it does not run.</param>
/// <param name="Reason">Why it is as it is; null when there is nothing to say.</param>
/// <param name="StandIn">What is used instead of the real thing, and how to get that; null when it is the real thing.</param>
/// <param name="Endpoints">Where it listens.</param>
/// <param name="ProcessIds">Its processes.</param>
/// <param name="StartedAt">When its process started; null when it never did.</param>
/// <param name="ExitCode">How its process ended; null while it runs.</param>
/// <param name="References">Resources whose address or connection string it gets.</param>
/// <param name="WaitsFor">Resources that have to be ready before it starts.</param>
/// <param name="Environment">Variables that it gets on top of AppHost's own.</param>
/// <param name="HasProcess">Whether it can be started and stopped here.</param>
internal sealed record ResourceView(
    string Name,
    string Kind,
    string State,
    string? Health,
    string? Reason,
    string? StandIn,
    IReadOnlyList<EndpointView> Endpoints,
    IReadOnlyList<int> ProcessIds,
    DateTime? StartedAt,
    int? ExitCode,
    IReadOnlyList<string> References,
    IReadOnlyList<string> WaitsFor,
    IReadOnlyList<VariableView> Environment,
    bool HasProcess
);

/// <summary>An address on which a resource listens.</summary>
/// <param name="Name">Name of the endpoint.</param>
/// <param name="Url">Its address.</param>
internal sealed record EndpointView(string Name, string Url);

/// <summary>A variable of a resource.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value; null when it is, or contains, a secret.</param>
/// <param name="IsSecret">Whether the value is kept back.</param>
internal sealed record VariableView(string Name, string? Value, bool IsSecret);

/// <summary>Lines that a resource wrote.</summary>
/// <param name="Lines">The lines, oldest first.</param>
/// <param name="Next">Number to ask after for what comes next.</param>
/// <param name="Skipped">How many lines came after the asked number and are not kept any more.</param>
internal sealed record LogView(IReadOnlyList<LineView> Lines, long Next, long Skipped);

/// <summary>One line.</summary>
/// <param name="Number">Counts from 1 in each resource.</param>
/// <param name="At">When it came.</param>
/// <param name="IsError">Whether it came from standard error.</param>
/// <param name="Text">The line.</param>
internal sealed record LineView(long Number, DateTimeOffset At, bool IsError, string Text);
