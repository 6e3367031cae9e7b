{{- define "spendstream.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* 40 characters leave room for -headless and the pods' numbers. */}}
{{- define "spendstream.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "spendstream.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "spendstream.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "spendstream.headless" -}}{{ include "spendstream.fullname" . }}-headless{{- end -}}

{{- define "spendstream.selector" -}}
app.kubernetes.io/name: {{ include "spendstream.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: meter
{{- end -}}

{{- define "spendstream.labels" -}}
{{ include "spendstream.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "spendstream.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "spendstream.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "spendstream.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end -}}

{{/* A key of the configuration as it will be in force: spendstream.config (list . "key" default) */}}
{{- define "spendstream.config" -}}
{{- $root := index . 0 -}}
{{- $value := index $root.Values.config (index . 1) -}}
{{- if kindIs "invalid" $value }}{{ index . 2 }}{{ else }}{{ $value }}{{ end -}}
{{- end -}}

{{- define "spendstream.applicationId" -}}{{ include "spendstream.config" (list . "application.id" "spendstream") }}{{- end -}}

{{/* Whole numbers of values may be floats, which large ones are printed as; lists are written with commas. */}}
{{- define "spendstream.text" -}}
{{- if kindIs "float64" . -}}
{{- if eq (floor .) . }}{{ int64 . }}{{ else }}{{ . }}{{ end -}}
{{- else if kindIs "slice" . -}}
{{- join "," . -}}
{{- else -}}
{{- . -}}
{{- end -}}
{{- end -}}

{{/* One line of properties: spendstream.property (dict "key" … "value" …) */}}
{{- define "spendstream.property" -}}
{{ .key | replace " " "\\ " | replace ":" "\\:" | replace "=" "\\=" }}={{ include "spendstream.text" .value | replace "\\" "\\\\" | replace "\n" "\\n" }}
{{- end -}}

{{/* Refuses a secret that stands there as it is: spendstream.noSecret (dict "where" … "key" … "value" …) */}}
{{- define "spendstream.noSecret" -}}
{{- $text := include "spendstream.text" .value -}}
{{- $secretKey := regexMatch "(password|secret|token|authorization|user\\.info|\\.key$|credentials$)" .key -}}
{{- $reference := regexMatch "\\$\\{(file|env):[^}]+\\}" $text -}}
{{- $plain := regexMatch "(password|secret)\\s*=\\s*[\"']?[^\"'$\\s]" (lower $text) -}}
{{- if or $plain (and $secretKey (not $reference) (not (regexMatch "(type|source|alias|algorithm|url|uri|buffer|seconds|ms|endpoint\\.url)$" .key))) -}}
{{- fail (printf "%s.%s holds a secret in plain: keep it in a Secret, name that in secretMounts and refer to it as ${file:/etc/spendstream/secrets/SECRET/KEY}" .where .key) -}}
{{- end -}}
{{- end -}}

{{/* Quoted or not: YAML takes a bare on or off for a boolean. Whatever is not off is on. */}}
{{- define "spendstream.securityMode" -}}
{{- ternary "off" "on" (has (toString .Values.security.mode) (list "off" "false")) -}}
{{- end -}}

{{- define "spendstream.securityDirectory" -}}
/etc/spendstream/secrets/{{ required "security.secret is required: the name of a Secret with the keys api-keys and peer-secret (docs/deployment.md says how to make it); or, where anyone may do and see everything, security.mode: \"off\"" .Values.security.secret }}
{{- end -}}

{{/* Names of the secrets whose keys are files, as a JSON list. */}}
{{- define "spendstream.secrets" -}}
{{- $secrets := .Values.secretMounts -}}
{{- if eq (include "spendstream.securityMode" .) "on" -}}
{{- $secrets = append $secrets .Values.security.secret -}}
{{- end -}}
{{- $secrets | uniq | toJson -}}
{{- end -}}

{{/* Distinct ports of addresses: of host:port,host:port or of URLs, as a JSON list. */}}
{{- define "spendstream.ports" -}}
{{- $ports := list -}}
{{- range splitList "," . -}}
{{- $address := trim . -}}
{{- if regexMatch ":[0-9]+(/.*)?$" $address -}}
{{- $ports = append $ports (regexFind ":[0-9]+(/.*)?$" $address | regexFind "[0-9]+" | int) -}}
{{- else if hasPrefix "https:" $address -}}
{{- $ports = append $ports 443 -}}
{{- else -}}
{{- $ports = append $ports 80 -}}
{{- end -}}
{{- end -}}
{{- $ports | uniq | toJson -}}
{{- end -}}

{{- define "spendstream.memoryMb" -}}
{{- if hasSuffix "Gi" .Values.resources.memory -}}
{{- mul 1024 (trimSuffix "Gi" .Values.resources.memory | int) -}}
{{- else -}}
{{- trimSuffix "Mi" .Values.resources.memory | int -}}
{{- end -}}
{{- end -}}

{{/* What no schema can say: values that must fit together. */}}
{{- define "spendstream.check" -}}
{{- $heap := int .Values.jvm.heapMb -}}
{{- $rocks := add (include "spendstream.config" (list . "rocksdb.cache.mb" 64) | int) (include "spendstream.config" (list . "rocksdb.write.buffer.mb" 64) | int) -}}
{{- $needed := add $heap $rocks 384 -}}
{{- if lt (include "spendstream.memoryMb" . | int) (int $needed) -}}
{{- fail (printf "resources.memory is %s; jvm.heapMb (%d), config.rocksdb.cache.mb and config.rocksdb.write.buffer.mb (%d together) and 384 for the rest of the process need %dMi" .Values.resources.memory $heap $rocks $needed) -}}
{{- end -}}
{{- $partitions := include "spendstream.config" (list . "topic.partitions" 4) | int -}}
{{- $replicas := ternary (int .Values.replicas) (int .Values.autoscaling.minReplicas) (eq .Values.autoscaling.kind "none") -}}
{{- $left := max 1 (sub $replicas 1) -}}
{{- $each := div (add $partitions (sub $left 1)) $left -}}
{{- $ids := mul $each (include "spendstream.config" (list . "dedupe.memory.mb" 64) | int) -}}
{{- if gt (mul 2 $ids) $heap -}}
{{- fail (printf "jvm.heapMb is %d; with one instance away another has %d partitions, whose remembered ids (config.dedupe.memory.mb) take up to %d MB: the heap must be at least %d" $heap $each $ids (mul 2 $ids)) -}}
{{- end -}}
{{- $most := ternary (int .Values.replicas) (int .Values.autoscaling.maxReplicas) (eq .Values.autoscaling.kind "none") -}}
{{- if gt $most $partitions -}}
{{- fail (printf "%s is %d, but usage-events has %d partitions (config.topic.partitions): further instances would have nothing to do" (ternary "replicas" "autoscaling.maxReplicas" (eq .Values.autoscaling.kind "none")) $most $partitions) -}}
{{- end -}}
{{- if and (ne .Values.autoscaling.kind "none") (gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas)) -}}
{{- fail (printf "autoscaling.minReplicas is %d, more than autoscaling.maxReplicas, %d" (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas)) -}}
{{- end -}}
{{- if le (int .Values.terminationGracePeriodSeconds) (add 45 (int .Values.preStopSeconds) | int) -}}
{{- fail (printf "terminationGracePeriodSeconds is %d; a stop takes up to 45 s after preStopSeconds (%d), so more than %d is needed" (int .Values.terminationGracePeriodSeconds) (int .Values.preStopSeconds) (add 45 (int .Values.preStopSeconds))) -}}
{{- end -}}
{{- if and (or .Values.strimzi.topics.enabled .Values.strimzi.user.enabled) (not .Values.strimzi.cluster) -}}
{{- fail "strimzi.cluster is required: the name of the Kafka resource" -}}
{{- end -}}
{{- end -}}
