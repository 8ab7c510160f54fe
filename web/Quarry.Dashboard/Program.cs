using Quarry.Dashboard;
using Quarry.ServiceDefaults;

StartupErrors.Watch();
await DashboardApp.Build(args).RunAsync();
