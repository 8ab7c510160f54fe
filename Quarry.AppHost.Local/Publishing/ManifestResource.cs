using System.Text.Json.Nodes;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Quarry.AppHost.Local.Publishing;

/// <summary>One resource of a manifest.</summary>
internal static class ManifestResource
{
    /// <summary>Image that a deployment uses for Redis.</summary>
    private const string RedisImage = "docker.io/library/redis:8.2";

    /// <summary>Describes a resource.</summary>
    public static JsonObject Of(IResource resource, string folder) =>
        resource switch
        {
            ParameterResource parameter => Parameter(parameter),
            RedisResource redis => Redis(redis),
            ProjectResource project => Project(project, folder),
            ExecutableResource program => Executable(program, folder),
            _ => throw new DistributedApplicationException(
                $"Resource '{resource.Name}' ({resource.GetType().Name}) cannot be written to a manifest by the local back end."
            ),
        };

    private static JsonObject Parameter(ParameterResource parameter)
    {
        var input = new JsonObject { ["type"] = "string" };
        if (parameter.Secret)
            input["secret"] = true;
        if (parameter.Default is GenerateParameterDefault generated)
            input["default"] = Generated(generated);
        return new()
        {
            ["type"] = "parameter.v0",
            ["value"] = $"{{{parameter.Name}.inputs.value}}",
            ["inputs"] = new JsonObject { ["value"] = input },
        };
    }

    private static JsonObject Generated(GenerateParameterDefault generated)
    {
        var rules = new JsonObject { ["minLength"] = generated.MinLength };
        if (!generated.Lower)
            rules["lower"] = false;
        if (!generated.Upper)
            rules["upper"] = false;
        if (!generated.Numeric)
            rules["numeric"] = false;
        if (!generated.Special)
            rules["special"] = false;
        return new() { ["generate"] = rules };
    }

    private static JsonObject Redis(RedisResource redis)
    {
        var described = new JsonObject
        {
            ["type"] = "container.v0",
            ["connectionString"] = redis.ConnectionStringExpression.ValueExpression,
            ["image"] = RedisImage,
            ["entrypoint"] = "/bin/sh",
            ["args"] = new JsonArray("-c", RedisCommand(redis)),
        };
        if (redis.Annotations.OfType<DataVolume>().LastOrDefault() is { } volume)
            described["volumes"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = volume.Name,
                    ["target"] = "/data",
                    ["readOnly"] = volume.IsReadOnly,
                }
            );
        described["env"] = new JsonObject { ["REDIS_PASSWORD"] = redis.PasswordParameter!.ValueExpression };
        described["bindings"] = new JsonObject
        {
            ["tcp"] = new JsonObject
            {
                ["scheme"] = "tcp",
                ["protocol"] = "tcp",
                ["transport"] = "tcp",
                ["targetPort"] = 6379,
            },
        };
        return described;
    }

    private static string RedisCommand(RedisResource redis)
    {
        var save = redis.Annotations.OfType<SnapshotInterval>().LastOrDefault() is { } snapshot
            ? $" --save {(long)snapshot.Interval.TotalSeconds} {snapshot.KeysChangedThreshold}"
            : "";
        return $"redis-server --requirepass $REDIS_PASSWORD{save}";
    }

    private static JsonObject Project(ProjectResource project, string folder)
    {
        var path = project.Annotations.OfType<IProjectMetadata>().Last().ProjectPath;
        var described = project.Annotations.OfType<DockerfileBuild>().LastOrDefault() is { } build
            ? Container(build, folder)
            : new JsonObject { ["type"] = "project.v0", ["path"] = Relative(folder, path) };
        return WithCommon(described, project);
    }

    private static JsonObject Container(DockerfileBuild build, string folder)
    {
        var described = new JsonObject
        {
            ["context"] = Relative(folder, build.ContextPath),
            ["dockerfile"] = Relative(folder, build.DockerfilePath),
        };
        if (build.Stage is not null)
            described["stage"] = build.Stage;
        return new() { ["type"] = "container.v1", ["build"] = described };
    }

    private static JsonObject Executable(ExecutableResource program, string folder)
    {
        var described = new JsonObject
        {
            ["type"] = "executable.v0",
            ["workingDirectory"] = Relative(folder, program.WorkingDirectory),
            ["command"] = program.Command,
        };
        return WithCommon(described, program);
    }

    private static JsonObject WithCommon(JsonObject described, IResource resource)
    {
        string[] arguments = [.. resource.Annotations.OfType<ArgumentList>().SelectMany(a => a.Values)];
        if (arguments.Length > 0)
            described["args"] = new JsonArray([.. arguments.Select(a => JsonValue.Create(a))]);
        if (ManifestEnvironment.Of(resource) is { Count: > 0 } variables)
            described["env"] = variables;
        if (ManifestBindings.Of(resource) is { Count: > 0 } bindings)
            described["bindings"] = bindings;
        return described;
    }

    private static string Relative(string folder, string path) => Path.GetRelativePath(folder, path).Replace('\\', '/');
}
