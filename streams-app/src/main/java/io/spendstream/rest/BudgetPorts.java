package io.spendstream.rest;

import io.spendstream.budget.AdmissionPolicy;
import io.spendstream.query.Alerts;
import io.spendstream.query.BudgetCounters;
import io.spendstream.query.Budgets;
import io.spendstream.query.Notes;

/**
 * What the routes of budgets, admission and alerts are wired to.
 *
 * @param definitions what is limited
 * @param counters what is spent
 * @param notes what people say about alerts
 * @param admission what admission answers where it does not know
 */
public record BudgetPorts(
        Budgets definitions, BudgetCounters counters, Alerts alerts, Notes notes, AdmissionPolicy admission) {}
