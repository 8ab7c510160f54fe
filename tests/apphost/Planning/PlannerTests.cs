using System.Net;
using System.Net.Sockets;
using Quarry.AppHost.Local.Planning;

namespace Quarry.Tests.AppHost.Planning;

/// <summary>What is found out before anything starts.</summary>
public sealed class PlannerTests
{
    private readonly IDistributedApplicationBuilder builder = DistributedApplication.CreateBuilder([
        "--redis-server",
        "none",
    ]);

    [Fact]
    public void Resources_that_wait_for_each_other_are_named_in_order()
    {
        var a = builder.AddExecutable("a", "sleep", ".");
        var b = builder.AddExecutable("b", "sleep", ".").WaitFor(a);
        var c = builder.AddExecutable("c", "sleep", ".").WaitFor(b);
        a.WaitFor(c);

        Assert.Contains("a -> c -> b -> a", Problem());
    }

    [Fact]
    public void A_resource_cannot_wait_for_itself()
    {
        var a = builder.AddExecutable("a", "sleep", ".");
        var e = Assert.Throws<DistributedApplicationException>(() => a.WaitFor(a));
        Assert.Contains("'a' cannot wait for itself", e.Message);
    }

    [Fact]
    public void Every_problem_is_told_at_once()
    {
        using var busy = new TcpListener(IPAddress.Loopback, 0);
        busy.Start();
        var port = ((IPEndPoint)busy.LocalEndpoint).Port;
        builder.AddExecutable("a", "sleep", ".").WithHttpEndpoint(port: port);
        builder.AddParameter("wanted");
        builder.AddResource(new ContainerResource("box"));

        var problem = Problem();

        Assert.Contains($"Port {port} of 'a' (http) is in use", problem);
        Assert.Contains("Parameter 'wanted' has no value", problem);
        Assert.Contains("Parameters__wanted", problem);
        Assert.Contains("'box' is a container", problem);
    }

    [Fact]
    public void A_parameter_may_be_given_with_an_underscore_for_the_dash()
    {
        builder.Configuration["Parameters:my_key"] = "given";
        builder.AddParameter("my-key");
        Assert.Empty(Plan());
    }

    [Fact]
    public void Without_Redis_several_processes_become_one()
    {
        var redis = builder.AddRedis("redis");
        builder.AddResource(new ProjectResource("work")).WithReference(redis).WithReplicas(3);

        var work = Assert.Single(Plan(), p => p.Name == "work");

        Assert.Equal(1, work.Replicas);
        Assert.Contains("instead of 3", work.StandIn);
    }

    [Fact]
    public void A_given_connection_string_takes_the_place_of_a_server()
    {
        builder.Configuration["ConnectionStrings:redis"] = "elsewhere:6379";
        var redis = builder.AddRedis("redis");
        builder.AddResource(new ProjectResource("work")).WithReference(redis).WithReplicas(3);

        var plans = Plan();

        Assert.Equal(0, plans.Single(p => p.Name == "redis").Replicas);
        Assert.Null(plans.Single(p => p.Name == "redis").StandIn);
        Assert.Equal(3, plans.Single(p => p.Name == "work").Replicas);
    }

    [Fact]
    public void Fixed_ports_are_ignored_when_tests_run_side_by_side()
    {
        using var busy = new TcpListener(IPAddress.Loopback, 0);
        busy.Start();
        var port = ((IPEndPoint)busy.LocalEndpoint).Port;
        var a = builder.AddExecutable("a", "sleep", ".").WithHttpEndpoint(port: port);

        foreach (var plan in new Planner(builder.Configuration, randomizePorts: true).Plan(builder.Resources))
            plan.Dispose();

        Assert.NotEqual(port, a.GetEndpoint("http").Port);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1st")]
    [InlineData("two words")]
    [InlineData("a--b")]
    [InlineData("end-")]
    public void A_bad_name_is_refused(string name)
    {
        var e = Assert.Throws<DistributedApplicationException>(() => builder.AddResource(new ProjectResource(name)));
        Assert.Contains("cannot name a resource", e.Message);
    }

    [Fact]
    public void A_name_is_taken_once()
    {
        builder.AddExecutable("a", "sleep", ".");
        Assert.Throws<DistributedApplicationException>(() => builder.AddExecutable("A", "sleep", "."));
    }

    private List<ResourcePlan> Plan()
    {
        var plans = new Planner(builder.Configuration, randomizePorts: false).Plan(builder.Resources);
        foreach (var plan in plans)
            plan.Dispose();
        return [.. plans];
    }

    private string Problem() => Assert.Throws<DistributedApplicationException>(() => Plan()).Message;
}
