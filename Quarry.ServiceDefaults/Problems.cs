using Microsoft.AspNetCore.Http;

namespace Quarry.ServiceDefaults;

/// <summary>Problem details (RFC 9457) as every Quarry API answers them: with a stable code and a next step.</summary>
public static class Problems
{
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
}
