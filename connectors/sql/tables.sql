-- The tables that connectors/config/postgres.properties writes. PostgreSQL 14 or later; safe to run again, also with
-- data in them. Rows are written by upsert on id, the Kafka record's key. Money is USD, exact to the nano-dollar.

-- Topic spend-rollups: the running totals of a combination of dimensions in a quarter-hour.
CREATE TABLE IF NOT EXISTS spend_rollups (
    id text PRIMARY KEY,
    bucket_start timestamptz NOT NULL,
    bucket_end timestamptz NOT NULL,
    tenant text NOT NULL,
    feature text NOT NULL,
    model text NOT NULL,
    provider text,
    team text,
    project text,
    environment text,
    user_tier text,
    operation text NOT NULL,
    service_tier text NOT NULL,
    tags jsonb NOT NULL,
    requests bigint NOT NULL,
    errors bigint NOT NULL,
    aborted bigint NOT NULL,
    input_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    cache_read_tokens bigint NOT NULL,
    cache_write_5m_tokens bigint NOT NULL,
    cache_write_1h_tokens bigint NOT NULL,
    audio_input_tokens bigint NOT NULL,
    audio_output_tokens bigint NOT NULL,
    reasoning_tokens bigint NOT NULL,
    unpriced_requests bigint NOT NULL,
    response_cached bigint NOT NULL,
    work_units bigint NOT NULL,
    retries bigint NOT NULL,
    escalated bigint NOT NULL,
    latency_ms_sum bigint NOT NULL,
    latency_count bigint NOT NULL,
    prompt_system_tokens bigint NOT NULL,
    prompt_context_tokens bigint NOT NULL,
    prompt_history_tokens bigint NOT NULL,
    prompt_user_tokens bigint NOT NULL,
    prompt_tools_tokens bigint NOT NULL,
    prompt_other_tokens bigint NOT NULL,
    cost_usd numeric(28, 9) NOT NULL,
    input_tokens_cost_usd numeric(28, 9) NOT NULL,
    output_tokens_cost_usd numeric(28, 9) NOT NULL,
    cache_read_tokens_cost_usd numeric(28, 9) NOT NULL,
    cache_write_5m_tokens_cost_usd numeric(28, 9) NOT NULL,
    cache_write_1h_tokens_cost_usd numeric(28, 9) NOT NULL,
    audio_input_tokens_cost_usd numeric(28, 9) NOT NULL,
    audio_output_tokens_cost_usd numeric(28, 9) NOT NULL,
    reasoning_tokens_cost_usd numeric(28, 9) NOT NULL,
    other_units_cost_usd numeric(28, 9) NOT NULL,
    cache_savings_usd numeric(28, 9) NOT NULL,
    response_cache_savings_usd numeric(28, 9) NOT NULL,
    retry_cost_usd numeric(28, 9) NOT NULL,
    failed_cost_usd numeric(28, 9) NOT NULL,
    other_units jsonb NOT NULL
);

CREATE INDEX IF NOT EXISTS spend_rollups_bucket_start ON spend_rollups (bucket_start);

-- Topic usage-priced: every counted call with its cost; id is the usage event's. A call that an application cache
-- answered costs nothing, and what it saved is in response_cache_savings_usd. Both are NULL while no price is known.
CREATE TABLE IF NOT EXISTS usage_priced (
    id text PRIMARY KEY,
    time timestamptz NOT NULL,
    tenant text NOT NULL,
    feature text NOT NULL,
    model text NOT NULL,
    provider text,
    team text,
    project text,
    environment text,
    user_name text,
    user_tier text,
    session text,
    endpoint text,
    operation text NOT NULL,
    service_tier text NOT NULL,
    status text NOT NULL,
    request_id text,
    attempt bigint NOT NULL,
    response_cached boolean NOT NULL,
    work_units bigint NOT NULL,
    unpriced boolean NOT NULL,
    correction boolean NOT NULL,
    cost_usd numeric(28, 9),
    response_cache_savings_usd numeric(28, 9),
    meters jsonb NOT NULL,
    card_model text,
    card_effective_from timestamptz,
    tier_fallback boolean NOT NULL,
    long_context boolean NOT NULL,
    tags jsonb NOT NULL
);

CREATE INDEX IF NOT EXISTS usage_priced_time ON usage_priced (time);

-- Topic budget-status: where each counter of a budget stands. Amounts are USD where measure is cost, else counts.
CREATE TABLE IF NOT EXISTS budget_status (
    id text PRIMARY KEY,
    budget text NOT NULL,
    scope text NOT NULL,
    tenant text,
    group_values jsonb NOT NULL,
    overflow boolean NOT NULL,
    measure text NOT NULL,
    limit_amount numeric(28, 9) NOT NULL,
    rollover numeric(28, 9) NOT NULL,
    spent numeric(28, 9) NOT NULL,
    fraction numeric(28, 6) NOT NULL,
    zone text NOT NULL,
    period_start timestamptz NOT NULL,
    period_end timestamptz,
    burn_rate_now numeric(28, 6),
    burn_rate_yesterday numeric(28, 6),
    burn_rate_7d numeric(28, 6),
    forecast numeric(28, 9),
    limit_reached_at timestamptz,
    crossed jsonb NOT NULL,
    measured_from timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    as_of timestamptz NOT NULL
);

-- Topics budget-alerts and anomaly-alerts: the present state of each alert. limit_amount, value and baseline are USD, a
-- fraction or a count, as measure says.
CREATE TABLE IF NOT EXISTS alerts (
    id text PRIMARY KEY,
    kind text NOT NULL,
    state text NOT NULL,
    severity text NOT NULL,
    notify boolean NOT NULL,
    tenant text,
    scope jsonb NOT NULL,
    budget text,
    threshold numeric(28, 6),
    action text,
    measure text NOT NULL,
    limit_amount numeric(28, 9),
    value numeric(28, 9) NOT NULL,
    baseline numeric(28, 9),
    period_start timestamptz,
    period_end timestamptz,
    zone text,
    opened_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    summary text NOT NULL,
    contributors jsonb NOT NULL,
    labels jsonb NOT NULL
);

CREATE INDEX IF NOT EXISTS alerts_changed_at ON alerts (changed_at);
