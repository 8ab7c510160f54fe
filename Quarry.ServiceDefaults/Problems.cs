using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace Quarry.ServiceDefaults;

/// <summary>Problem details (RFC 9457) as every Quarry API answers them: with a stable code and a next step.</summary>
public static class Problems
{
    private const string SeeDocument = "See GET /api/v1/openapi.json.";

    /// <summary>A problem with a status, a code, what happened and what to do.</summary>
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
        return Results.Problem(
            detail,
            statusCode: status,
            title: code.Replace('_', ' '),
            type: $"urn:quarry:error:{code}",
            extensions: extensions
        );
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
}
