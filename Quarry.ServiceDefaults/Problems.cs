using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace Quarry.ServiceDefaults;

/// <summary>Problem details (RFC 9457) as every Quarry API answers them: with a stable code and a next step.</summary>
public static class Problems
{
    /// <summary>Seconds after which a call that was answered with 503 may be tried again.</summary>
    public const int RetryAfterSeconds = 5;

    private const string SeeDocument = "See GET /api/v1/openapi.json.";

    /// <summary>A problem with a status, a code, what happened and what to do; 503 also says when to try again.</summary>
    public static IResult Of(
        int status,
        string code,
        string detail,
        string nextStep,
        IReadOnlyDictionary<string, string[]>? errors = null
    )
    {
        var extensions = new Dictionary<string, object?> { ["code"] = code, ["next_step"] = nextStep };
        if (errors is not null)
            extensions["errors"] = errors;
        var problem = Results.Problem(
            detail,
            statusCode: status,
            title: code.Replace('_', ' '),
            type: $"urn:quarry:error:{code}",
            extensions: extensions
        );
        return status == StatusCodes.Status503ServiceUnavailable ? new Later(problem) : problem;
    }

    /// <summary>Gives the problems that the framework makes, of routes and bodies, a code and a next step as well.</summary>
    public static IServiceCollection AddServiceProblems(this IServiceCollection services) =>
        services.AddProblemDetails(options =>
            options.CustomizeProblemDetails = context => Complete(context.ProblemDetails)
        );

    private static void Complete(ProblemDetails problem)
    {
        var (code, detail, nextStep) = problem.Status switch
        {
            StatusCodes.Status404NotFound => ("not_found", "There is no such call.", SeeDocument),
            StatusCodes.Status405MethodNotAllowed => (
                "invalid_request",
                "The call does not take this method.",
                SeeDocument
            ),
            >= 500 => (
                "internal_error",
                "The service failed, which is a fault in Quarry.",
                "Its log says what happened."
            ),
            _ => ("invalid_request", "The request cannot be used.", SeeDocument),
        };
        problem.Detail ??= detail;
        _ = problem.Extensions.TryAdd("code", code);
        _ = problem.Extensions.TryAdd("next_step", nextStep);
    }

    private sealed class Later(IResult problem) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
            return problem.ExecuteAsync(httpContext);
        }
    }
}
