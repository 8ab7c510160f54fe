using Quarry.Contracts;
using Quarry.Contracts.Lode;
using Quarry.Runner.Api;
using Quarry.Runner.Hosting;
using Quarry.Runner.RemoteLode;
using Quarry.Runner.Runs;
using Quarry.Runner.Scripts;
using Quarry.Runtime.Executors;
using Quarry.Runtime.Runs;
using Quarry.ServiceDefaults;
using Quarry.Streams;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.Services.ConfigureHttpJsonOptions(json => QuarryJson.Configure(json.SerializerOptions));
builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);

var settings = RunnerSettings.Read(builder.Configuration);
var streams = await StreamSet.OpenAsync(
    builder.Configuration.GetConnectionString("redis"),
    settings.Name,
    settings.QueueRunsMax,
    TimeProvider.System
);
builder.Services.AddSingleton(settings);
builder.Services.AddSingleton(streams);
builder.Services.AddSingleton<ILode, LodeClient>();
builder.Services.AddSingleton<ScriptRoots>();
builder.Services.AddSingleton<ActiveRuns>();
builder.Services.AddSingleton<LaunchEndpoints>();
builder.Services.AddSingleton<ControlEndpoints>();
builder.Services.AddSingleton(services => new RunHost(
    services.GetRequiredService<ILode>(),
    new ExecutorOptions(),
    settings.Name,
    TimeProvider.System,
    services.GetRequiredService<ILogger<RunHost>>()
));
builder.Services.AddHttpClient(
    "lode",
    (services, client) =>
    {
        client.BaseAddress = new Uri("https+http://lode");
        if (services.GetRequiredService<ServiceKey>().Value is { } key)
            client.DefaultRequestHeaders.Add(ServiceKey.Header, key);
    }
);
builder.Services.AddHostedService<LostRuns>();
builder.Services.AddHostedService<RunWorker>();
builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMilliseconds(settings.DrainMs));

var app = builder.Build();
app.UseServiceKey();
app.UseBodyErrors();
app.MapDefaultEndpoints();
LaunchEndpoints.Map(app);
ControlEndpoints.Map(app);
LiveEndpoints.Map(app);
await app.RunAsync();
