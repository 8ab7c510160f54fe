using Quarry.Dashboard;

await DashboardApp.Build(args).RunAsync();
