using System.Net;
using System.Net.Sockets;

namespace Quarry.AppHost.Local.Planning;

/// <summary>A port of the loopback address, held until the process that listens on it starts.</summary>
internal sealed class PortReservation : IDisposable
{
    private readonly Socket socket;

    private PortReservation(Socket socket) => this.socket = socket;

    /// <summary>The port.</summary>
    public int Port => ((IPEndPoint)socket.LocalEndPoint!).Port;

    /// <summary>Takes a port; 0 for a free one. Null when somebody listens on it.</summary>
    public static PortReservation? TryTake(int port)
    {
        var fresh = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            fresh.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return new(fresh);
        }
        catch (SocketException e)
            when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            fresh.Dispose();
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();
}
