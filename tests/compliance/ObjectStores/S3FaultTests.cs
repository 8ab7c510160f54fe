using System.Net;
using Microsoft.Extensions.Time.Testing;
using Quarry.Lode.Stores;
using Quarry.Lode.Stores.Remote;
using Quarry.Lode.Stores.S3;

namespace Quarry.Tests.Compliance.ObjectStores;

/// <summary>Faults between a real server and its client: what the network does and a server alone cannot show.</summary>
public sealed class S3FaultTests(RadosGateway gateway) : IAsyncLifetime
{
    private readonly FaultyHttp http = new();
    private S3Store store = null!;
    private string bucket = "";

    public async ValueTask InitializeAsync()
    {
        bucket = await gateway.NewBucketAsync();
        store = Open(TimeProvider.System);
    }

    public ValueTask DisposeAsync()
    {
        store.Dispose();
        return default;
    }

    [Fact]
    public async Task A_put_that_went_through_and_whose_answer_was_lost_is_won()
    {
        http.Fault = FaultyHttp.LoseAnswer(HttpMethod.Put);
        Assert.True(await store.PutIfAbsentAsync("k", new byte[] { 1 }, default));
        Assert.Equal(1, http.Faults);
        Assert.Equal([1], (await store.GetAsync("k", default))!);
    }

    [Fact]
    public async Task A_put_that_lost_and_whose_answer_was_lost_is_lost_even_with_equal_bytes()
    {
        Assert.True(await store.PutIfAbsentAsync("k", new byte[] { 1 }, default));
        http.Fault = FaultyHttp.LoseAnswer(HttpMethod.Put);
        Assert.False(await store.PutIfAbsentAsync("k", new byte[] { 1 }, default));
        Assert.Equal(1, http.Faults);
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable, "SlowDown")]
    [InlineData(HttpStatusCode.InternalServerError, "InternalError")]
    [InlineData(HttpStatusCode.Conflict, "ConditionalRequestConflict")]
    public async Task What_passes_is_tried_again(HttpStatusCode status, string code)
    {
        http.Fault = FaultyHttp.Answer(status, code, times: StoreRetry.AttemptsMax - 1);
        Assert.True(await store.PutIfAbsentAsync("k", new byte[] { 1 }, default));
        Assert.Equal(StoreRetry.AttemptsMax - 1, http.Faults);
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable, "SlowDown", StoreError.Throttled, "Try again later", 6)]
    [InlineData(HttpStatusCode.InsufficientStorage, "InsufficientCapacity", StoreError.Full, "Free some space", 1)]
    [InlineData(HttpStatusCode.Forbidden, "QuotaExceeded", StoreError.Full, "Free some space", 1)]
    [InlineData(HttpStatusCode.Forbidden, "InvalidAccessKeyId", StoreError.Denied, "check the credentials", 1)]
    [InlineData(HttpStatusCode.RequestTimeout, "RequestTimeout", StoreError.Timeout, "network fast enough", 6)]
    public async Task What_does_not_pass_is_named_by_kind_with_the_next_step(
        HttpStatusCode status,
        string code,
        StoreError kind,
        string next,
        int tries
    )
    {
        http.Fault = FaultyHttp.Answer(status, code, times: int.MaxValue);
        var error = await Assert.ThrowsAsync<StoreException>(() =>
            store.PutIfAbsentAsync("some/key", new byte[] { 1 }, default)
        );
        Assert.Equal(kind, error.Error);
        Assert.Equal(tries, http.Faults);
        Assert.StartsWith($"s3://{bucket}/some/prefix/: 'some/key' failed", error.Message, StringComparison.Ordinal);
        Assert.Contains(next, error.Message);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_a_timeout_after_several_tries()
    {
        var clock = new FakeTimeProvider();
        using var slow = Open(clock);
        http.Fault = FaultyHttp.Silence();
        var put = slow.PutIfAbsentAsync("k", new byte[] { 1 }, default);
        while (!put.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
        var error = await Assert.ThrowsAsync<StoreException>(() => put);
        Assert.Equal(StoreError.Timeout, error.Error);
        Assert.Equal(StoreRetry.AttemptsMax, http.Faults);
    }

    [Fact]
    public async Task An_answer_that_is_cut_short_is_read_on_where_it_ended()
    {
        var content = new byte[300_000];
        new Random(5).NextBytes(content);
        Assert.True(await store.PutIfAbsentAsync("k", content, default));
        http.Fault = FaultyHttp.Tear(after: 100_000, times: 3);
        await using var stream = (await store.OpenReadAsync("k", default))!;
        using var read = new MemoryStream();
        await stream.CopyToAsync(read);
        Assert.Equal(content, read.ToArray());
        Assert.Equal(3, http.Faults);
        http.Fault = FaultyHttp.Tear(after: 100_000, times: 1);
        Assert.Equal(content, await store.GetAsync("k", default));
        Assert.Equal(4, http.Faults);
    }

    [Fact]
    public async Task Parts_that_fail_are_put_again_and_the_end_of_an_upload_may_lose_its_answer()
    {
        var path = Path.GetTempFileName();
        await File.WriteAllBytesAsync(path, new byte[(2 * RemoteStore.PartBytes) + 5]);
        using var parts = new S3Store(
            StoreAddress.Parse(gateway.Address(bucket)),
            new(TimeProvider.System),
            http,
            true
        );
        http.Fault = FaultyHttp.Answer(HttpStatusCode.InternalServerError, "InternalError", times: 2, HttpMethod.Put);
        Assert.True(await parts.PutFileIfAbsentAsync("a", path, default));
        http.Fault = FaultyHttp.LoseAnswer(HttpMethod.Post, query: "uploadId=");
        Assert.True(await parts.PutFileIfAbsentAsync("b", path, default));
        Assert.Equal(3, http.Faults);
        using var client = gateway.Client();
        Assert.EndsWith("-3\"", (await client.GetObjectMetadataAsync(bucket, "some/prefix/b")).ETag);
        Assert.Empty((await client.ListMultipartUploadsAsync(bucket)).MultipartUploads ?? []);
        File.Delete(path);
    }

    [Fact]
    public async Task An_upload_that_fails_for_good_gives_its_parts_up()
    {
        var path = Path.GetTempFileName();
        await File.WriteAllBytesAsync(path, new byte[(2 * RemoteStore.PartBytes) + 5]);
        using var parts = new S3Store(
            StoreAddress.Parse(gateway.Address(bucket)),
            new(TimeProvider.System),
            http,
            true
        );
        http.Fault = FaultyHttp.Answer(
            HttpStatusCode.Forbidden,
            "QuotaExceeded",
            int.MaxValue,
            HttpMethod.Put,
            "partNumber=2"
        );
        var error = await Assert.ThrowsAsync<StoreException>(() => parts.PutFileIfAbsentAsync("a", path, default));
        Assert.Equal(StoreError.Full, error.Error);
        using var client = gateway.Client();
        Assert.Empty((await client.ListMultipartUploadsAsync(bucket)).MultipartUploads ?? []);
        Assert.Null(await parts.GetAsync("a", default));
        File.Delete(path);
    }

    private S3Store Open(TimeProvider clock) =>
        new(StoreAddress.Parse(gateway.Address(bucket)), new StoreRetry(clock), http);
}
