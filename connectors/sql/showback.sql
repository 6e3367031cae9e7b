-- Views for showback, over the tables of tables.sql. Safe to run again.
--
-- Months are those of UTC, or of another zone for the session: SET spendstream.zone = 'Asia/Kolkata';
-- Quarter-hours fit the boundaries of every zone, so such months are exact too.

CREATE OR REPLACE FUNCTION spend_month(at timestamptz) RETURNS date
    LANGUAGE sql STABLE
    AS $$
        SELECT (date_trunc('month', at AT TIME ZONE coalesce(nullif(current_setting('spendstream.zone', true), ''), 'UTC')))::date
    $$;

-- What each feature of each team cost in each month.
CREATE OR REPLACE VIEW showback_monthly AS
SELECT spend_month(bucket_start) AS month,
       tenant,
       feature,
       team,
       sum(requests) AS requests,
       sum(unpriced_requests) AS unpriced_requests,
       sum(input_tokens) AS input_tokens,
       sum(output_tokens) AS output_tokens,
       sum(cost_usd) AS cost_usd
FROM spend_rollups
GROUP BY 1, 2, 3, 4;

-- Unit economics: what a work unit (a document, an answer) costs; NULL where none were reported. Calls whose price is not
-- known yet are not in the cost: unpriced_requests says how many.
CREATE OR REPLACE VIEW showback_work_units AS
SELECT spend_month(bucket_start) AS month,
       tenant,
       feature,
       team,
       sum(work_units) AS work_units,
       sum(cost_usd) AS cost_usd,
       round(sum(cost_usd) / nullif(sum(work_units), 0), 9) AS cost_per_work_unit_usd,
       sum(unpriced_requests) AS unpriced_requests
FROM spend_rollups
GROUP BY 1, 2, 3, 4;

-- What caches saved: the provider's prompt cache, net of what writing to it costs (negative where that was more), and
-- answers from an application's own cache, for which no call was made.
CREATE OR REPLACE VIEW showback_cache_savings AS
SELECT spend_month(bucket_start) AS month,
       tenant,
       feature,
       model,
       sum(cache_read_tokens) AS cache_read_tokens,
       sum(cache_write_5m_tokens + cache_write_1h_tokens) AS cache_write_tokens,
       round(sum(cache_read_tokens)::numeric
             / nullif(sum(input_tokens + cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens), 0), 6)
           AS cache_read_share,
       sum(cache_savings_usd) AS cache_savings_usd,
       sum(response_cached) AS response_cached,
       sum(response_cache_savings_usd) AS response_cache_savings_usd,
       sum(cost_usd) AS cost_usd
FROM spend_rollups
GROUP BY 1, 2, 3, 4;

-- What second and later attempts, and calls that ended in an error or were aborted, cost. A failed retry is in both.
CREATE OR REPLACE VIEW showback_retry_waste AS
SELECT spend_month(bucket_start) AS month,
       tenant,
       feature,
       model,
       sum(requests) AS requests,
       sum(retries) AS retries,
       sum(errors + aborted) AS failed,
       sum(retry_cost_usd) AS retry_cost_usd,
       sum(failed_cost_usd) AS failed_cost_usd,
       sum(cost_usd) AS cost_usd,
       round(sum(retry_cost_usd) / nullif(sum(cost_usd), 0), 6) AS retry_share
FROM spend_rollups
GROUP BY 1, 2, 3, 4;

-- Who spent how much in each month, and their rank in their tenant: WHERE rank <= 10 has the top ten. Needs usage_priced.
CREATE OR REPLACE VIEW showback_users AS
SELECT month,
       tenant,
       user_name,
       requests,
       unpriced_requests,
       cost_usd,
       rank() OVER (PARTITION BY month, tenant ORDER BY cost_usd DESC) AS rank
FROM (
    SELECT spend_month(time) AS month,
           tenant,
           user_name,
           count(*) AS requests,
           count(*) FILTER (WHERE unpriced) AS unpriced_requests,
           coalesce(sum(cost_usd), 0) AS cost_usd
    FROM usage_priced
    GROUP BY 1, 2, 3
) AS users;
