using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Quarry.Lode;

namespace Quarry.LodeWriter.Hosting;

/// <summary>Settings of the service, section <c>Lode</c>: those of <see cref="LodeOptions"/>, and its ports.</summary>
internal static class LodeSettings
{
    private const string Section = "Lode";
    private const string DefaultUrl = "http://127.0.0.1:5091";
    private const int DefaultGrpcPort = 5092;

    /// <summary>
    /// Reads the options; runs whose writer died are left for their runner, who comes back and goes on.
    /// </summary>
    public static LodeOptions Read(IConfiguration configuration)
    {
        var options = configuration.GetSection(Section).Get<LodeOptions>() ?? new();
        return options with { CloseAbandonedRuns = false };
    }

    /// <summary>
    /// Listens for HTTP/1.1 where <c>ASPNETCORE_URLS</c> says, and for gRPC on <c>QUARRY_GRPC_PORT</c> (else
    /// <c>Lode:GrpcPort</c>) of the same address: without TLS the two protocols cannot share a port (ADR 0003).
    /// </summary>
    public static void Listen(WebApplicationBuilder builder)
    {
        var urls = builder.Configuration["urls"] ?? DefaultUrl;
        var grpcPort = GrpcPort(builder.Configuration);
        // The server is told here and nowhere else; it would warn of addresses given twice.
        _ = builder
            .WebHost.UseUrls()
            .ConfigureKestrel(kestrel =>
            {
                var addresses = urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                    .Select(BindingAddress.Parse)
                    .ToArray();
                foreach (var address in addresses)
                    kestrel.Listen(
                        AddressOf(address.Host),
                        address.Port,
                        listen => listen.Protocols = HttpProtocols.Http1
                    );
                kestrel.Listen(
                    AddressOf(addresses[0].Host),
                    grpcPort,
                    listen => listen.Protocols = HttpProtocols.Http2
                );
            });
    }

    private static IPAddress AddressOf(string host) =>
        host switch
        {
            "localhost" => IPAddress.Loopback,
            "*" or "+" => IPAddress.Any,
            _ => IPAddress.TryParse(host.Trim('[', ']'), out var address)
                ? address
                : throw new FormatException(
                    $"'{host}' in ASPNETCORE_URLS is not an address to listen on; use 127.0.0.1."
                ),
        };

    private static int GrpcPort(IConfiguration configuration)
    {
        var text = configuration["QUARRY_GRPC_PORT"] ?? configuration[$"{Section}:GrpcPort"];
        if (text is null)
            return DefaultGrpcPort;
        return
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= ushort.MaxValue
            ? port
            : throw new FormatException(
                $"QUARRY_GRPC_PORT is '{text}'; it must be a port, 0 to 65535 (0 takes a free one)."
            );
    }
}
