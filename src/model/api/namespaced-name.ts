/** Returns `NAMESPACE/NAME`, as apimachinery prints a NamespacedName. */
export function namespacedName({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}
