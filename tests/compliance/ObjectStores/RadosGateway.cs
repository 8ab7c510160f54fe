using System.Diagnostics;
using Amazon.Runtime;
using Amazon.S3;

namespace Quarry.Tests.Compliance.ObjectStores;

/// <summary>
/// Ceph's S3 gateway on a port of its own, with two users. It starts with the first test that asks for it; where it is
/// not installed, those tests fail.
/// </summary>
public sealed class RadosGateway : IAsyncDisposable
{
    public const string AccessKey = "own-key";
    public const string SecretKey = "own-secret";
    private static readonly TimeSpan StartsWithin = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("quarry-s3-");
    private readonly Lazy<Task> started;
    private readonly int port = Loopback.FreePort();
    private Process? process;

    public RadosGateway() => started = new(StartAsync);

    public string Endpoint => $"http://127.0.0.1:{port}";

    /// <summary>A new bucket's address; the process's environment has the credentials for it.</summary>
    public async Task<string> NewBucketAsync(bool isOwn = true)
    {
        await started.Value;
        var bucket = $"quarry-{Guid.NewGuid():n}";
        using var client = Client(isOwn ? AccessKey : "other-key", isOwn ? SecretKey : "other-secret");
        _ = await client.PutBucketAsync(bucket);
        return bucket;
    }

    /// <summary>The address of a folder in a bucket, as <c>--storage</c> takes it.</summary>
    public string Address(string bucket, string prefix = "some/prefix") =>
        $"s3://{bucket}/{prefix}?endpoint={Uri.EscapeDataString(Endpoint)}&region=us-east-1";

    /// <summary>A client for what the store itself does not tell.</summary>
    public AmazonS3Client Client(string key = AccessKey, string secret = SecretKey) =>
        new(
            new BasicAWSCredentials(key, secret),
            new AmazonS3Config
            {
                ServiceURL = Endpoint,
                ForcePathStyle = true,
                RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
                ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            }
        );

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync();
            process.Dispose();
        }
        folder.Delete(recursive: true);
    }

    private async Task StartAsync()
    {
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", AccessKey);
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", SecretKey);
        foreach (var program in new[] { "radosgw", "ceph-mon", "ceph-osd", "ceph" })
            Assert.True(
                Loopback.IsInstalled(program),
                $"{program} is not installed, so S3 cannot be tested. Run 'apt-get install radosgw ceph-mon ceph-osd "
                    + "ceph-common', as .ci/run does."
            );
        var script = Path.Combine(AppContext.BaseDirectory, "ObjectStores", "radosgw.sh");
        var start = new ProcessStartInfo("bash", [script, folder.FullName, $"{Loopback.FreePort()}", $"{port}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(StartsWithin);
        var said = await process.StandardOutput.ReadLineAsync(limit.Token);
        if (said != "ready")
            Assert.Fail(
                $"The S3 gateway did not start: {said}\n{await process.StandardOutput.ReadToEndAsync(limit.Token)}"
            );
    }
}
