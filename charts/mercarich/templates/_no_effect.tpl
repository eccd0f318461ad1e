{{/* A value that would have no effect is refused by its name: a person who wrote it expects one. What stands below a switch
that is on by default and was switched off on purpose is left alone, so that it can be switched on again. */}}

{{- define "mercarich.refuseWithoutEffect" -}}
{{- $defaults := .Files.Get "files/defaults.yaml" | fromYaml -}}
{{- range $rule := include "mercarich.withoutEffect" . | fromJsonArray -}}
{{- range $name := $rule.values -}}
{{- $given := $.Values -}}
{{- $default := $defaults -}}
{{- range splitList "." $name -}}
{{- $given = index $given . -}}
{{- $default = index $default . -}}
{{- end -}}
{{- if kindIs "map" $given -}}
{{- range $key, $part := $given -}}
{{- if ne (toJson $part) (toJson (index $default $key)) -}}
{{- fail (printf "%s.%s has no effect: %s" $name $key $rule.why) -}}
{{- end -}}
{{- end -}}
{{- else if ne (toJson $given) (toJson $default) -}}
{{- fail (printf "%s has no effect: %s" $name $rule.why) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $name, $_ := .Values.notices.settings -}}
{{- if and (not (index $.Values.notices.settings "NOTICES_SMTP_HOST")) (regexMatch "^NOTICES_(SMTP|MAIL)_" $name) (ne $name "NOTICES_SMTP_HOST") -}}
{{- fail (printf "notices.settings.%s has no effect: without a mail server (NOTICES_SMTP_HOST) no notice goes by mail; name one, or remove it" $name) -}}
{{- end -}}
{{- end -}}
{{- range $name, $own := .Values.schedules.items -}}
{{- if and $.Values.schedules.suspend (hasKey $own "suspend") (not $own.suspend) -}}
{{- fail (printf "schedules.items.%s.suspend has no effect: schedules.suspend stops every CronJob; remove one of them" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Names of values, and why they have no effect beside the others, as JSON. */}}
{{- define "mercarich.withoutEffect" -}}
{{- $rules := list -}}
{{- $monitoring := .Values.monitoring -}}
{{- if .Values.dev.enabled -}}
{{- $own := list "database.existingSecret" "database.key" "database.proxyKey" "database.port" "kafka.bootstrap" "kafka.ports" "kafka.security" "feed.existingSecret" "feed.keys" "feed.lwaUrl" "feed.spapiUrl" "pages.existingSecret" "pages.key" "pages.oldKey" "pages.pushKey" "networkPolicy.database" "networkPolicy.kafka" "networkPolicy.internetExcept" -}}
{{- range $market := include "mercarich.marketplaces" . | fromJsonArray -}}
{{- $own = append $own (printf "marketplaces.%s.upstreamUrl" $market.name) -}}
{{- $own = append $own (printf "marketplaces.%s.acceptTerms" $market.name) -}}
{{- end -}}
{{- $rules = append $rules (dict "values" $own "why" "dev.enabled brings its own database, broker, secrets and simulated sites; remove one of them") -}}
{{- else -}}
{{- $rules = append $rules (dict "values" (list "dev") "why" "it belongs to the trial that dev.enabled installs; set that, or remove it") -}}
{{- end -}}
{{- $login := list "kafka.security.user" "kafka.security.existingSecret" -}}
{{- with .Values.kafka.security -}}
{{- if not (hasPrefix "SASL" .protocol) -}}
{{- $rules = append $rules (dict "values" (concat $login (list "kafka.security.mechanism" "kafka.security.tokenAudience")) "why" (printf "kafka.security.protocol is %s, which has no users; take one with SASL, or remove it" .protocol)) -}}
{{- else if eq .mechanism "OAUTHBEARER" -}}
{{- $rules = append $rules (dict "values" $login "why" "OAUTHBEARER goes by kafka.security.tokenAudience; remove it") -}}
{{- else -}}
{{- $rules = append $rules (dict "values" (list "kafka.security.tokenAudience") "why" (printf "%s goes by a user and a password; remove it" .mechanism)) -}}
{{- end -}}
{{- if not (hasSuffix "SSL" .protocol) -}}
{{- $rules = append $rules (dict "values" (list "kafka.security.caSecret" "kafka.security.certSecret") "why" (printf "kafka.security.protocol is %s, which has no certificates; take one with SSL, or remove it" .protocol)) -}}
{{- end -}}
{{- range $secret, $keys := dict "existingSecret" (list "passwordKey") "caSecret" (list "caKey") "certSecret" (list "certKey" "keyKey") -}}
{{- if not (index $.Values.kafka.security $secret) -}}
{{- range $key := $keys -}}
{{- $rules = append $rules (dict "values" (list (printf "kafka.security.%s" $key)) "why" (printf "no Secret is named; set kafka.security.%s, or remove it" $secret)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if not .Values.pages.ingress.enabled -}}
{{- $rules = append $rules (dict "values" (list "pages.ingress") "why" "there is no Ingress; set pages.ingress.enabled, or remove it") -}}
{{- end -}}
{{- if not .Values.pages.httpRoute.enabled -}}
{{- $rules = append $rules (dict "values" (list "pages.httpRoute") "why" "there is no HTTPRoute; set pages.httpRoute.enabled, or remove it") -}}
{{- end -}}
{{- if not (index .Values.feed.settings "FEED_ORDER_QUEUE_ACCESS_KEY_ID") -}}
{{- $rules = append $rules (dict "values" (list "feed.keys.orderQueueSecretAccessKey") "why" "it belongs to an access key; name that in feed.settings.FEED_ORDER_QUEUE_ACCESS_KEY_ID, or remove it") -}}
{{- end -}}
{{- if not .Values.amazonLinking.applicationId -}}
{{- $rules = append $rules (dict "values" (list "amazonLinking") "why" "sellers can link no account; set amazonLinking.applicationId, or remove it") -}}
{{- end -}}
{{- if not .Values.serviceAccount.create -}}
{{- $rules = append $rules (dict "values" (list "serviceAccount.annotations") "why" "serviceAccount.create is false; annotate the account that exists") -}}
{{- end -}}
{{- if not .Values.operator.serviceAccount.create -}}
{{- $rules = append $rules (dict "values" (list "operator.serviceAccount.annotations") "why" "operator.serviceAccount.create is false; annotate the account that exists") -}}
{{- end -}}
{{- if not (or .Values.caBundle.existingConfigMap .Values.caBundle.existingSecret) -}}
{{- $rules = append $rules (dict "values" (list "caBundle.key") "why" "no certificates are named; set caBundle.existingConfigMap or caBundle.existingSecret, or remove it") -}}
{{- end -}}
{{- with .Values.priorityClasses -}}
{{- if and .high .normal .low -}}
{{- $rules = append $rules (dict "values" (list "pods.priorityClassName") "why" "priorityClasses name the class of every pod; remove it") -}}
{{- end -}}
{{- end -}}
{{- if not (index .Values.notices.settings "NOTICES_SMTP_HOST") -}}
{{- $rules = append $rules (dict "values" (list "notices.existingSecret") "why" "without a mail server no notice goes by mail; name one in notices.settings.NOTICES_SMTP_HOST, or remove it") -}}
{{- end -}}
{{- if not .Values.notices.existingSecret -}}
{{- $rules = append $rules (dict "values" (list "notices.key") "why" "no Secret is named; set notices.existingSecret, or remove it") -}}
{{- end -}}
{{- if not (or $monitoring.podMonitor.enabled $monitoring.serviceMonitor.enabled) -}}
{{- $rules = append $rules (dict "values" (list "monitoring.interval") "why" "there is no monitor; set monitoring.podMonitor.enabled or monitoring.serviceMonitor.enabled, or remove it") -}}
{{- if not $monitoring.rules.enabled -}}
{{- $rules = append $rules (dict "values" (list "monitoring.labels") "why" "there are neither monitors nor rules; set the `enabled` of one, or remove it") -}}
{{- end -}}
{{- end -}}
{{- if not $monitoring.rules.enabled -}}
{{- $rules = append $rules (dict "values" (list "monitoring.rules") "why" "there are no alerts; set monitoring.rules.enabled, or remove it") -}}
{{- end -}}
{{- if not $monitoring.dashboards.enabled -}}
{{- $rules = append $rules (dict "values" (list "monitoring.dashboards") "why" "there are no dashboards; set monitoring.dashboards.enabled, or remove it") -}}
{{- end -}}
{{- toJson $rules -}}
{{- end -}}
