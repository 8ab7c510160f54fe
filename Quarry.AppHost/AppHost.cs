using Quarry.AppHost;

var builder = DistributedApplication.CreateBuilder(args);
var settings = AppHostSettings.From(builder);

var serviceKey = builder.AddGeneratedSecret("service-key");
var signInToken = builder.AddGeneratedSecret("sign-in-token");
var apiKey = builder.AddGeneratedSecret("api-key");

var redis = builder.AddRedis("redis").WithDataVolume("redis").WithPersistence();

var lode = builder
    .AddProject<Projects.Quarry_LodeWriter>("lode")
    .WithHttpEndpoint()
    .WithHttpEndpoint(name: "grpc", env: "QUARRY_GRPC_PORT")
    .WithEndpoint("grpc", grpc => grpc.Transport = "http2")
    .WithHttpHealthCheck("/health")
    .WithReference(redis)
    .WaitFor(redis)
    .WithEnvironment("QUARRY_SERVICE_KEY", serviceKey)
    .PublishAsDockerFile(image => image.WithDockerfile("..", "deploy/docker/lode.Dockerfile"));

var runner = builder
    .AddProject<Projects.Quarry_Runner>("runner")
    .WithHttpEndpoint()
    .WithHttpHealthCheck("/health")
    .WithReplicas(settings.RunnerReplicas)
    .WithReference(redis)
    .WaitFor(redis)
    .WithReference(lode)
    .WaitFor(lode)
    .WithEnvironment("QUARRY_LODE_GRPC", lode.GetEndpoint("grpc"))
    .WithEnvironment("QUARRY_SERVICE_KEY", serviceKey)
    .PublishAsDockerFile(image => image.WithDockerfile("..", "deploy/docker/runner.Dockerfile"));

var dashboard = builder
    .AddProject<Projects.Quarry_Dashboard>("dashboard")
    .WithEndpoint("http", http => http.Port = settings.DashboardPort)
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health")
    .WithReference(redis)
    .WithReference(runner)
    .WaitFor(runner)
    .WithReference(lode)
    .WaitFor(lode)
    .WithEnvironment("QUARRY_SERVICE_KEY", serviceKey)
    .WithEnvironment("QUARRY_SIGN_IN_TOKEN", signInToken)
    .WithEnvironment("QUARRY_API_KEY", apiKey);

// Folders of this machine, and the examples' own site: a deployment has its own.
if (builder.ExecutionContext.IsRunMode)
{
    var site = builder
        .AddNodeApp("site", "../examples/site", "server.mjs")
        .WithHttpEndpoint(env: "PORT")
        .WithHttpHealthCheck("/");
    lode.WithEnvironment("Lode__Root", settings.DataRoot);
    runner
        .WithEnvironment("Runner__ScriptRoots__0", settings.ScriptRoot)
        .WithEnvironment("QUARRY_EXAMPLE_SITE", site.GetEndpoint("http"));
    if (settings.AspireDashboard is { } aspire)
        dashboard.WithEnvironment("QUARRY_ASPIRE_DASHBOARD", aspire);
    builder.AddAddressAnnouncement(dashboard, signInToken, apiKey, "lode", "runner", "dashboard", "site");
}

await builder.Build().RunAsync();
