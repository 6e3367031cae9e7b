package io.spendstream;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which part may know which: what keeps a stage readable on its own. */
@AnalyzeClasses(packages = "io.spendstream", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String KAFKA = "org.apache.kafka..";

    /** Of the day; {@code System.nanoTime} measures durations and says no time. */
    private static final DescribedPredicate<JavaMethodCall> READS_A_CLOCK =
            DescribedPredicate.describe("reads the wall clock", call -> {
                String owner = call.getTargetOwner().getName();
                String method = call.getName();
                return (owner.startsWith("java.time.") && method.equals("now"))
                        || (owner.equals("java.time.Clock") && method.startsWith("system"))
                        || (owner.equals("java.lang.System") && method.equals("currentTimeMillis"));
            });

    private static final DescribedPredicate<JavaMethodCall> SCHEDULES = DescribedPredicate.describe(
            "schedules a punctuation",
            call -> call.getTargetOwner().getPackageName().equals("org.apache.kafka.streams.processor.api")
                    && call.getName().equals("schedule"));

    @ArchTest
    static final ArchRule restKnowsPortsAndNeverKafka = noClasses()
            .that()
            .resideInAPackage("..rest..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    KAFKA, "..runtime..", "..combine..", "..dedupe..", "..scope..", "..watch..", "..detect..");

    @ArchTest
    static final ArchRule ingestKnowsNoOtherStage =
            stageKnowsNot("ingest", "dedupe", "pricing", "rollup", "scope", "watch", "detect");

    @ArchTest
    static final ArchRule dedupeKnowsNoOtherStage =
            stageKnowsNot("dedupe", "ingest", "pricing", "rollup", "scope", "watch", "detect");

    @ArchTest
    static final ArchRule pricingKnowsNoOtherStage =
            stageKnowsNot("pricing", "ingest", "dedupe", "rollup", "scope", "watch", "detect");

    /** It holds the commit point and the blocks of deltas, which others share; it knows none of them. */
    @ArchTest
    static final ArchRule combineKnowsNoOtherStage =
            stageKnowsNot("combine", "ingest", "dedupe", "pricing", "rollup", "scope", "watch", "detect");

    @ArchTest
    static final ArchRule rollupKnowsNoOtherStage =
            stageKnowsNot("rollup", "ingest", "dedupe", "pricing", "scope", "watch", "detect");

    @ArchTest
    static final ArchRule watchKnowsNoEarlierStage =
            stageKnowsNot("watch", "ingest", "dedupe", "pricing", "rollup", "detect");

    /** It reads the cube's cells, through ports of {@code rollup}. */
    @ArchTest
    static final ArchRule detectKnowsNoOtherStageThanTheCube =
            stageKnowsNot("detect", "ingest", "dedupe", "pricing", "scope", "watch");

    @ArchTest
    static final ArchRule stagesKnowNothingAboveThem = noClasses()
            .that()
            .resideInAnyPackage(
                    "..usage..",
                    "..money..",
                    "..topic..",
                    "..definition..",
                    "..ingest..",
                    "..dedupe..",
                    "..pricing..",
                    "..combine..",
                    "..rollup..",
                    "..alert..",
                    "..budget..",
                    "..anomaly..",
                    "..scope..",
                    "..watch..",
                    "..detect..",
                    "..reconcile..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..query..", "..rest..", "..runtime..", "..cli..");

    @ArchTest
    static final ArchRule pureRulesKnowNoKafkaNoMetricsAndNoClock = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.spendstream.money..",
                    "io.spendstream.definition..",
                    "io.spendstream.alert..",
                    "io.spendstream.budget..",
                    "io.spendstream.anomaly..",
                    "io.spendstream.focus..",
                    "io.spendstream.reconcile..",
                    "io.spendstream.format..")
            .or()
            .haveNameMatching(
                    "io\\.spendstream\\.pricing\\.(Pricer|PriceBook|PriceRules|Rating|Charge|CompiledCard|PriceMerge).*")
            .or()
            .haveNameMatching("io\\.spendstream\\.(ingest\\.EventRules|query\\.BucketPlan|query\\.SpendMerge).*")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(KAFKA, "io.micrometer..", "io.vertx..")
            .orShould()
            .callMethodWhere(READS_A_CLOCK);

    @ArchTest
    static final ArchRule noStageReadsTheWallClock = noClasses()
            .that()
            .resideInAnyPackage(
                    "..ingest..",
                    "..dedupe..",
                    "..pricing..",
                    "..combine..",
                    "..rollup..",
                    "..scope..",
                    "..watch..",
                    "..detect..")
            .should()
            .callMethodWhere(READS_A_CLOCK);

    /** Others do at their own moments what is rare, or is so much that all tasks at once would be too much. */
    @ArchTest
    static final ArchRule stagesDoThingsAtTheSameMoments = noClasses()
            .that()
            .haveNameNotMatching("io\\.spendstream\\.(combine\\.Ticks|dedupe\\.DedupeStage|rollup\\.RollupStage)")
            .should()
            .callMethodWhere(SCHEDULES);

    @ArchTest
    static final ArchRule openTelemetrysSdkOnlyInTraces = noClasses()
            .that()
            .haveNameNotMatching("io\\.spendstream\\.runtime\\.Traces(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.opentelemetry.api..",
                    "io.opentelemetry.context..",
                    "io.opentelemetry.sdk..",
                    "io.opentelemetry.exporter..");

    @ArchTest
    static final ArchRule rocksDbAndMicrometerOnlyInRuntime = noClasses()
            .that()
            .resideOutsideOfPackage("..runtime..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.rocksdb..", "io.micrometer..");

    @ArchTest
    static final ArchRule internalsOfKafkaStreamsOnlyInCombine = noClasses()
            .that()
            .resideOutsideOfPackage("..combine..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.apache.kafka.streams.processor.internals..", "org.apache.kafka.streams.state.internals..");

    @ArchTest
    static final ArchRule noStaticMutableState = fields().that()
            .areStatic()
            .and()
            .areDeclaredInClassesThat()
            .resideOutsideOfPackage("io.spendstream.v1..")
            .should()
            .beFinal();

    @ArchTest
    static final ArchRule noCycles =
            slices().matching("io.spendstream.(*)..").should().beFreeOfCycles();

    private static ArchRule stageKnowsNot(String stage, String... others) {
        String[] packages = new String[others.length];
        for (int i = 0; i < others.length; i++) {
            packages[i] = "io.spendstream." + others[i] + "..";
        }
        return noClasses()
                .that()
                .resideInAPackage("io.spendstream." + stage + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages);
    }
}
