using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.ServiceDefaults;

namespace Quarry.LodeWriter.Queries;

/// <summary>Errors of the query API.</summary>
internal static class QueryProblems
{
    /// <summary>404: no such run, artifact or file.</summary>
    public static IResult NotFound(string what, string nextStep) =>
        Problems.Of(StatusCodes.Status404NotFound, ErrorCodes.NotFound, what, nextStep);

    /// <summary>400: each field that cannot be used is named.</summary>
    public static IResult Invalid(IReadOnlyList<FieldError> errors) =>
        Problems.Of(
            StatusCodes.Status400BadRequest,
            ErrorCodes.InvalidRequest,
            string.Join("; ", errors.Select(e => $"{e.Field} {e.Message}")),
            "Correct the named fields and send it again.",
            errors.GroupBy(e => e.Field).ToDictionary(g => g.Key, g => g.Select(e => e.Message).ToArray())
        );

    /// <summary>409: not in the state it is in.</summary>
    public static IResult Conflict(string what, string nextStep) =>
        Problems.Of(StatusCodes.Status409Conflict, ErrorCodes.Conflict, what, nextStep);

    /// <summary>503: the storage could not be read.</summary>
    public static IResult Unavailable(string what) =>
        Problems.Of(
            StatusCodes.Status503ServiceUnavailable,
            ErrorCodes.Unavailable,
            what,
            "Verify the run (POST /api/v1/runs/{id}/verify) to see what is lost and what is not."
        );
}
