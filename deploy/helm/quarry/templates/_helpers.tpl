{{- define "quarry.name" -}}
{{- if eq .Release.Name "quarry" }}quarry{{ else }}{{ printf "%s-quarry" .Release.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "quarry.labels" -}}
app.kubernetes.io/name: quarry
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "quarry.selector" -}}
app.kubernetes.io/name: quarry
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "quarry.image" -}}
{{ printf "%s/%s:%s" .root.Values.images.registry .component (.root.Values.images.tag | default .root.Chart.AppVersion) }}
{{- end }}

{{- define "quarry.secret" -}}
{{ .Values.secrets.existing | default (include "quarry.name" .) }}
{{- end }}

{{- define "quarry.hasRedis" -}}
{{- if or .Values.redis.enabled .Values.redis.connection .Values.secrets.existing }}true{{ end }}
{{- end }}

{{- define "quarry.env" -}}
- name: QUARRY_SERVICE_KEY
  valueFrom: {secretKeyRef: {name: {{ include "quarry.secret" .root }}, key: service-key}}
{{- if .root.Values.redis.enabled }}
- name: REDIS_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ include "quarry.secret" .root }}, key: redis-password}}
- name: ConnectionStrings__redis
  value: {{ printf "%s-redis:6379,password=$(REDIS_PASSWORD)" (include "quarry.name" .root) | quote }}
{{- else if or .root.Values.redis.connection .root.Values.secrets.existing }}
- name: ConnectionStrings__redis
  valueFrom:
    secretKeyRef: {name: {{ include "quarry.secret" .root }}, key: redis-connection, optional: true}
{{- end }}
- name: OTEL_SERVICE_NAME
  value: {{ .component }}
{{- with .root.Values.telemetry.otlpEndpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ . | quote }}
{{- end }}
{{- end }}

{{- define "quarry.probes" -}}
startupProbe:
  httpGet: {path: /alive, port: http}
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: {path: /alive, port: http}
  periodSeconds: 10
readinessProbe:
  httpGet: {path: /health, port: http}
  periodSeconds: 5
{{- end }}

{{- define "quarry.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1654
runAsGroup: 1654
fsGroup: 1654
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "quarry.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}
