# The dashboard, the one public door: no shell, no package manager, not root.
#   docker build -f deploy/docker/dashboard.Dockerfile -t quarry/dashboard .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /src
COPY . .
RUN dotnet publish web/Quarry.Dashboard --configuration Release --output /app -p:SkipNode=true

FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
COPY --from=build /app /app
ENV ASPNETCORE_URLS=http://*:8080 \
    ASPNETCORE_FORWARDEDHEADERS_ENABLED=true \
    DOTNET_EnableDiagnostics=0
USER 1654
WORKDIR /app
EXPOSE 8080
ENTRYPOINT ["dotnet", "/app/Quarry.Dashboard.dll"]
