using System.Net;
using System.Net.Sockets;

namespace Quarry.Tests.Compliance.ObjectStores;

/// <summary>What servers of tests need from the machine.</summary>
internal static class Loopback
{
    /// <summary>A port of 127.0.0.1 that nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public static bool IsInstalled(string program) =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(path => File.Exists(Path.Combine(path, program)));

    /// <summary>The folder with <c>Quarry.sln</c>.</summary>
    public static string Checkout()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Quarry.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException($"no Quarry.sln above {AppContext.BaseDirectory}");
    }
}
