/** The product's name, as packages, reports and settings spell it. */
export const toolName = "kfunc-ls";
