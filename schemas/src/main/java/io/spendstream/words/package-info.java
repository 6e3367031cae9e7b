/** Figures in sentences for people. Fields that programs read are exact and are not made here. */
package io.spendstream.words;
