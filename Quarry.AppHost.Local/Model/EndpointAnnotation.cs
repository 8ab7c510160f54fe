using System.Net.Sockets;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>An address on which a resource listens.</summary>
public sealed class EndpointAnnotation : IResourceAnnotation
{
    /// <summary>Describes an endpoint.</summary>
    public EndpointAnnotation(
        ProtocolType protocol,
        string? uriScheme = null,
        string? transport = null,
        string? name = null,
        int? port = null,
        int? targetPort = null,
        bool? isExternal = null,
        bool isProxied = true
    )
    {
        Protocol = protocol;
        UriScheme = uriScheme ?? "tcp";
        Transport = transport ?? (UriScheme is "http" or "https" ? "http" : "tcp");
        Name = name ?? UriScheme;
        Port = port;
        TargetPort = targetPort;
        IsExternal = isExternal ?? false;
        IsProxied = isProxied;
    }

    /// <summary>Unique in the resource.</summary>
    public string Name { get; set; }

    /// <summary>TCP, always.</summary>
    public ProtocolType Protocol { get; set; }

    /// <summary><c>http</c>, <c>https</c> or <c>tcp</c>.</summary>
    public string UriScheme { get; set; }

    /// <summary><c>http</c>, <c>http2</c> or <c>tcp</c>; told to a deployment, nothing to a local run.</summary>
    public string Transport { get; set; }

    /// <summary>Port that clients use; null for a free one.</summary>
    public int? Port { get; set; }

    /// <summary>Port on which the process listens; null for the same one.</summary>
    public int? TargetPort { get; set; }

    /// <summary>True when people reach it from outside.</summary>
    public bool IsExternal { get; set; }

    /// <summary>Whether something may stand between clients and the process.</summary>
    public bool IsProxied { get; set; }

    /// <summary>Variable that tells the process its port; null when it is told in another way.</summary>
    internal string? TargetPortVariable { get; init; }

    /// <summary>True when a launch profile named it.</summary>
    internal bool FromLaunchProfile { get; init; }

    /// <summary>The port that was found for this run; null before.</summary>
    internal int? AllocatedPort { get; set; }
}
