namespace Quarry.Contracts.Api;

/// <summary>Stable codes of problem details; each has one HTTP status.</summary>
public static class ErrorCodes
{
    /// <summary>400: fields of the request cannot be used; the problem's <c>errors</c> name each.</summary>
    public const string InvalidRequest = "invalid_request";

    /// <summary>401: no valid key or session.</summary>
    public const string Unauthorized = "unauthorized";

    /// <summary>403: the key lacks the scope, or the path is outside what is allowed.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>404: no such run, artifact or file.</summary>
    public const string NotFound = "not_found";

    /// <summary>409: the state does not allow it.</summary>
    public const string Conflict = "conflict";

    /// <summary>503: the run queue is full; Retry-After says when to try again.</summary>
    public const string QueueFull = "queue_full";

    /// <summary>503: a service that is needed does not answer.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>501: known, not built yet; the detail says what to use instead.</summary>
    public const string NotAvailable = "not_available";

    /// <summary>500: a fault in Quarry.</summary>
    public const string InternalError = "internal_error";
}
