# The Lode writer: no shell, no package manager, not root. Its data is the volume /data.
#   docker build -f deploy/docker/lode.Dockerfile -t quarry/lode .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /src
COPY . .
RUN dotnet publish services/Quarry.LodeWriter --configuration Release --output /app -p:SkipNode=true \
 && mkdir /data

FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
COPY --from=build /app /app
COPY --from=build --chown=1654:1654 /data /data
ENV ASPNETCORE_URLS=http://*:8080 \
    QUARRY_GRPC_PORT=8081 \
    DOTNET_EnableDiagnostics=0 \
    Lode__Root=/data
USER 1654
VOLUME /data
EXPOSE 8080 8081
ENTRYPOINT ["dotnet", "/app/Quarry.LodeWriter.dll"]
