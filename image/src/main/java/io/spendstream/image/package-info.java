/** The container image: how it is built, what it is, and that it runs. */
package io.spendstream.image;
