package io.spendstream.focus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dataset as Parquet has the same values as the rows, to the last digit. */
class FocusParquetTest {

    @Test
    void whatIsWrittenIsReadByParquetsOwnReader(@TempDir Path directory) throws Exception {
        // Given
        List<FocusRow> rows = Spend.random(31, 300).focus();
        Path file = directory.resolve("focus.parquet");

        // When
        try (FocusParquet writer = new FocusParquet(Files.newOutputStream(file))) {
            rows.forEach(writer::write);
        }

        // Then
        List<Group> groups = read(file);
        assertThat(groups).hasSameSizeAs(rows);
        for (int i = 0; i < rows.size(); i++) {
            for (FocusColumn column : FocusColumn.values()) {
                Object written = rows.get(i).values().get(column);
                assertThat(value(groups.get(i), column))
                        .as(column.id())
                        .isEqualTo(written instanceof BigDecimal number ? FocusRows.plain(number) : written);
            }
        }
    }

    private static List<Group> read(Path file) throws IOException {
        List<Group> groups = new ArrayList<>();
        try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file))) {
            MessageType schema = reader.getFileMetaData().getSchema();
            for (PageReadStore pages = reader.readNextRowGroup(); pages != null; pages = reader.readNextRowGroup()) {
                RecordReader<Group> records = new ColumnIOFactory()
                        .getColumnIO(schema)
                        .getRecordReader(pages, new GroupRecordConverter(schema));
                for (long i = 0; i < pages.getRowCount(); i++) {
                    groups.add(records.read());
                }
            }
        }
        return groups;
    }

    private static Object value(Group group, FocusColumn column) {
        if (group.getFieldRepetitionCount(column.id()) == 0) {
            return null;
        }
        return switch (column.type()) {
            case TEXT -> group.getString(column.id(), 0);
            case TIME -> Instant.ofEpochMilli(group.getLong(column.id(), 0));
            case COST, PRICE, QUANTITY -> {
                DecimalLogicalTypeAnnotation decimal = (DecimalLogicalTypeAnnotation)
                        group.getType().getType(column.id()).getLogicalTypeAnnotation();
                yield FocusRows.plain(new BigDecimal(
                        new BigInteger(group.getBinary(column.id(), 0).getBytes()), decimal.getScale()));
            }
        };
    }
}
