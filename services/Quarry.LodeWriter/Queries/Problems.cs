using Quarry.Contracts;
using Quarry.Contracts.Api;

namespace Quarry.LodeWriter.Queries;

/// <summary>Errors of the query API as problem details (RFC 9457), with a stable code and the next step.</summary>
internal static class Problems
{
    /// <summary>404: no such run, artifact or file.</summary>
    public static IResult NotFound(string what, string nextStep) =>
        Of(StatusCodes.Status404NotFound, ErrorCodes.NotFound, "Not found", what, nextStep);

    /// <summary>400: each field that cannot be used is named.</summary>
    public static IResult Invalid(IReadOnlyList<FieldError> errors) =>
        Of(StatusCodes.Status400BadRequest, ErrorCodes.InvalidRequest, "The request cannot be used",
            string.Join("; ", errors.Select(e => $"{e.Field} {e.Message}")), "Correct the named fields and send it again.",
            errors);

    /// <summary>503: the storage could not be read.</summary>
    public static IResult Unavailable(string what) =>
        Of(StatusCodes.Status503ServiceUnavailable, ErrorCodes.Unavailable, "The storage cannot be read", what,
            "Verify the run (POST /api/v1/runs/{id}/verify) to see what is lost and what is not.");

    private static IResult Of(
        int status, string code, string title, string detail, string nextStep, IReadOnlyList<FieldError>? errors = null)
    {
        var extensions = new Dictionary<string, object?> { ["code"] = code, ["next_step"] = nextStep };
        if (errors is not null) extensions["errors"] = errors;
        return Results.Problem(detail, statusCode: status, title: title, extensions: extensions);
    }
}
