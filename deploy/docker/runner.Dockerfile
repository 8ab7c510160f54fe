# The runner: executes scripts, so it carries Node, a browser and fonts beside the service.
#   docker build -f deploy/docker/runner.Dockerfile -t quarry/runner .
FROM node:26-trixie-slim AS node

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules/npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /src
COPY . .
RUN dotnet publish services/Quarry.Runner --configuration Release --output /app

# .NET's own images bring no distribution with a browser as a package, so the runtime comes to the browser.
FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS dotnet

FROM debian:trixie-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
      ca-certificates chromium-headless-shell fonts-liberation fonts-noto-cjk fonts-noto-color-emoji fonts-noto-core \
      libssl3t64 libstdc++6 tini tzdata \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 1654 --create-home quarry
COPY --from=dotnet /usr/share/dotnet /usr/share/dotnet
COPY --from=build /app /app
ENV ASPNETCORE_URLS=http://*:8080 \
    DOTNET_EnableDiagnostics=0 \
    Runner__ScriptRoots__0=/scripts
USER 1654
WORKDIR /app
EXPOSE 8080
# A browser leaves processes behind that somebody has to wait for: tini does, as process 1.
ENTRYPOINT ["/usr/bin/tini", "--", "/usr/share/dotnet/dotnet", "/app/Quarry.Runner.dll"]
