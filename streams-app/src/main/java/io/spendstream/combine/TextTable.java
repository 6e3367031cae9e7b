package io.spendstream.combine;

import java.util.HashMap;
import java.util.Map;

/** The texts of a block, each once: entries refer to them by number. */
public final class TextTable {

    private final Map<String, Integer> numbers = new HashMap<>();
    private final ByteSink texts = new ByteSink(1024);
    private String lastText;
    private int lastNumber;

    /** The number of a text, from 0. */
    public int number(String text) {
        // One entry after the other has the same.
        if (text.equals(lastText)) {
            return lastNumber;
        }
        Integer number = numbers.get(text);
        if (number == null) {
            number = numbers.size();
            numbers.put(text, number);
            texts.writeText(text);
        }
        lastText = text;
        lastNumber = number;
        return number;
    }

    /** The number of a text from 1; 0 for null. */
    public int numberOrNone(String text) {
        return text == null ? 0 : number(text) + 1;
    }

    /** Of the texts so far. */
    public int bytes() {
        return texts.size();
    }

    /** Writes the count of texts and the texts. */
    public ByteSink writeTo(ByteSink block) {
        return block.writeVarint(numbers.size()).writeAll(texts);
    }

    public void clear() {
        numbers.clear();
        texts.clear();
        lastText = null;
    }

    /** The texts of a block that is read. */
    public static final class Read {

        private final String[] texts;

        private Read(String[] texts) {
            this.texts = texts;
        }

        public static Read from(ByteSource block) {
            String[] texts = new String[block.readCount()];
            for (int i = 0; i < texts.length; i++) {
                texts[i] = block.readText();
            }
            return new Read(texts);
        }

        /** @throws IllegalStateException where there is no such text */
        public String text(int number) {
            if (number >= texts.length) {
                throw new IllegalStateException(
                        "a block refers to text " + number + " of " + texts.length + ": its bytes are damaged");
            }
            return texts[number];
        }

        public String textOrNull(int number) {
            return number == 0 ? null : text(number - 1);
        }
    }
}
