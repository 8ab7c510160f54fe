using Microsoft.AspNetCore.Components;
using Quarry.Dashboard.Services;

namespace Quarry.Dashboard.Components;

/// <summary>
/// A page that reads from the services: its calls end when it is left, and a call that fails becomes <see cref="Error"/>.
/// The first answer to the browser is the page without data; data is read once, on the live connection.
/// </summary>
public abstract class LoadingPage : ComponentBase, IAsyncDisposable
{
    private readonly CancellationTokenSource leaving = new();

    /// <summary>Why the last reading failed; null when it did not.</summary>
    protected string? Error { get; set; }

    /// <summary>Where the browser is.</summary>
    [Inject]
    protected NavigationManager Navigation { get; set; } = default!;

    /// <summary>The clock.</summary>
    [Inject]
    protected TimeProvider Clock { get; set; } = default!;

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        await leaving.CancelAsync();
        leaving.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Reads, and keeps why it failed.</summary>
    /// <returns>True when it did not fail.</returns>
    protected async Task<bool> GuardAsync(Func<CancellationToken, Task> readAsync)
    {
        ArgumentNullException.ThrowIfNull(readAsync);
        if (leaving.IsCancellationRequested)
            return false;
        try
        {
            await readAsync(leaving.Token);
            Error = null;
            return true;
        }
        catch (ServiceFailedException e)
        {
            Error = e.Message;
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
            // The page was left.
        }
        return false;
    }

    /// <summary>Reads now and again after every interval, until the page is left.</summary>
    protected void Repeat(TimeSpan every, Func<CancellationToken, Task> readAsync)
    {
        if (RendererInfo.IsInteractive)
            _ = InvokeAsync(() => RepeatAsync(every, readAsync));
    }

    private async Task RepeatAsync(TimeSpan every, Func<CancellationToken, Task> readAsync)
    {
        var left = leaving.Token;
        using var timer = new PeriodicTimer(every, Clock);
        try
        {
            do
            {
                _ = await GuardAsync(readAsync);
                StateHasChanged();
            } while (await timer.WaitForNextTickAsync(left));
        }
        catch (OperationCanceledException) when (left.IsCancellationRequested)
        {
            // The page was left.
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }
}
