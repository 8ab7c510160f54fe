using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Quarry.ServiceDefaults;

/// <summary>
/// A second port for gRPC. Without TLS a port cannot speak HTTP/1.1 and HTTP/2 at once, because the protocol is
/// negotiated in the TLS handshake.
/// </summary>
public static class GrpcEndpoint
{
    /// <summary>Setting and environment variable: port of the gRPC endpoint. No second port is opened when it is not set.</summary>
    public const string PortSetting = "QUARRY_GRPC_PORT";

    /// <summary>Listens for HTTP/1.1 where ASPNETCORE_URLS says, and for HTTP/2 on the port of <see cref="PortSetting"/>.</summary>
    /// <exception cref="InvalidOperationException">The setting is not a port.</exception>
    public static WebApplicationBuilder AddGrpcEndpoint(this WebApplicationBuilder builder)
    {
        if (builder.Configuration[PortSetting] is not { Length: > 0 } text) return builder;
        if (!ushort.TryParse(text, out var port))
            throw new InvalidOperationException($"{PortSetting} is '{text}', but a port is a number from 0 to 65535.");
        var urls = (builder.Configuration["urls"] ?? "http://127.0.0.1:5000").Split(';', StringSplitOptions.RemoveEmptyEntries);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            var addresses = urls.Select(Microsoft.AspNetCore.Http.BindingAddress.Parse).ToArray();
            foreach (var address in addresses) Listen(kestrel, address, address.Port, HttpProtocols.Http1);
            Listen(kestrel, addresses[0], port, HttpProtocols.Http2);
        });
        return builder;
    }

    private static void Listen(
        KestrelServerOptions kestrel, Microsoft.AspNetCore.Http.BindingAddress address, int port, HttpProtocols protocols)
    {
        if (IPAddress.TryParse(address.Host, out var ip)) kestrel.Listen(ip, port, o => o.Protocols = protocols);
        else if (address.Host == "localhost") kestrel.ListenLocalhost(port, o => o.Protocols = protocols);
        else kestrel.ListenAnyIP(port, o => o.Protocols = protocols);
    }
}
