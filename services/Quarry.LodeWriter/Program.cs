using Quarry.Contracts;
using Quarry.Lode.Sql;
using Quarry.LodeWriter.Appends;
using Quarry.LodeWriter.Hosting;
using Quarry.LodeWriter.Queries;
using Quarry.LodeWriter.Settling;
using Quarry.LodeWriter.Telemetry;
using Quarry.ServiceDefaults;
using Quarry.Streams;

if (SqlWorker.TryRun(args))
    return;

const int MessageBytesMax = Limits.FrameBytesMax + Limits.BatchBytesMax;

StartupErrors.Watch();
var builder = WebApplication.CreateBuilder(args);
var options = LodeSettings.Read(builder.Configuration);
LodeSettings.Listen(builder);
builder.Logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning);
builder.AddServiceDefaults();
builder.Services.AddSingleton(options);
builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = MessageBytesMax);
builder.Services.AddServiceProblems();
builder.Services.ConfigureHttpJsonOptions(json => QuarryJson.Configure(json.SerializerOptions));
builder.Services.AddSingleton<LodeHost>();
builder.Services.AddSingleton<CatalogueStart>();
builder.Services.AddSingleton(services => services.GetRequiredService<CatalogueStart>().Catalogue);
builder.Services.AddSingleton<RunLookup>();
builder.Services.AddSingleton<QueryGate>();
builder.Services.AddSingleton<SettleQueue>();
builder.Services.AddSingleton<WalReleaseQueue>();
builder.Services.AddSingleton<RunClaims>();
builder.Services.AddSingleton<RunRemoval>();
builder.Services.AddSingleton<LodeWriterMeter>();
builder.Services.AddSingleton<OpenRuns>();
builder.Services.AddQuarryStreams(builder.Configuration, new());
builder.Services.AddSingleton<StorageProbe>();
builder.Services.AddProbe<StorageProbe>("storage", (storage, stop) => storage.FindProblemAsync(stop));
builder.Services.AddProbe<RedisProbe>("redis", (redis, stop) => redis.FindProblemAsync(stop));

// In this order, all before the server listens: the substrate, the catalogue, what settles.
builder.Services.AddHostedService(services => services.GetRequiredService<LodeHost>());
builder.Services.AddHostedService(services => services.GetRequiredService<CatalogueStart>());
builder.Services.AddHostedService<SettleService>();
builder.Services.AddHostedService<WalReleaseService>();
builder.Services.AddHostedService<ShardConsumers>();

var app = builder.Build();
app.UseExceptionHandler();
app.UseStatusCodePages();
app.MapDefaultEndpoints();
app.UseServiceKey();
app.MapMetrics();
app.MapGrpcService<AppendService>();
var runs = app.MapGroup("/api/v1/runs");
runs.MapRuns();
runs.MapEvents();
runs.MapBlobs();
app.MapQuery();
app.MapFields();
app.MapLineage();
app.MapStatistics();
app.MapDeletions();
await app.RunAsync();
