using Quarry.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddGrpcEndpoint();
var app = builder.Build();
app.UseServiceKey();
app.MapDefaultEndpoints();
await app.RunAsync();
