using Quarry.Contracts;
using Quarry.Runner.Api;
using Quarry.Runner.Hosting;
using Quarry.Runner.Launches;
using Quarry.Runner.Live;
using Quarry.Runner.Proxies;
using Quarry.Runner.Runs;
using Quarry.ServiceDefaults;

StartupErrors.Watch();
var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.Services.ConfigureHttpJsonOptions(json => QuarryJson.Configure(json.SerializerOptions));
builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
builder.AddRunner(RunnerSettings.Read(builder.Configuration));

var app = builder.Build();
app.UseServiceKey();
app.UseRequestErrors();
app.MapDefaultEndpoints();
app.MapMetrics();
LaunchEndpoints.Map(app);
ControlEndpoints.Map(app);
QueueEndpoints.Map(app);
ProxyEndpoints.Map(app);
LiveEndpoints.Map(app);
LoadEndpoint.Map(app);
await app.RunAsync();
