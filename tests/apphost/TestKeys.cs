namespace Quarry.Tests.AppHost;

/// <summary>Secrets of applications that tests start: given, so that nothing is kept in the user secrets of this machine.</summary>
internal static class TestKeys
{
    public const string Service = "service-key-of-these-tests";
    public const string Redis = "redis-password-of-these-tests";
    public const string Api = "another-key-of-these-tests";

    public static readonly string[] Arguments =
    [
        "--Parameters:service-key",
        Service,
        "--Parameters:redis-password",
        Redis,
        "--Parameters:sign-in-token",
        Api,
        "--Parameters:api-key",
        Api,
    ];
}
