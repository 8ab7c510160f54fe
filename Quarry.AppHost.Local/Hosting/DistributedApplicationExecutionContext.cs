namespace Aspire.Hosting;

/// <summary>What the application is being described for.</summary>
public class DistributedApplicationExecutionContext
{
    /// <summary>Describes for one operation.</summary>
    public DistributedApplicationExecutionContext(DistributedApplicationOperation operation) => Operation = operation;

    /// <summary>The operation.</summary>
    public DistributedApplicationOperation Operation { get; }

    /// <summary>True when a deployment manifest is written, and nothing runs.</summary>
    public bool IsPublishMode => Operation == DistributedApplicationOperation.Publish;

    /// <summary>True when the application runs.</summary>
    public bool IsRunMode => Operation == DistributedApplicationOperation.Run;
}

/// <summary>What an application is described for.</summary>
public enum DistributedApplicationOperation
{
    /// <summary>To run on this machine.</summary>
    Run,

    /// <summary>To be deployed.</summary>
    Publish,
}
