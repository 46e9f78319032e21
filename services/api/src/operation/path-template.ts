/** One segment of a path template: itself, or any one segment bound to a request field. */
export type TemplateSegment = { readonly kind: 'literal'; readonly text: string } | { readonly kind: 'variable'; readonly name: string };

const VARIABLE = /^\{([a-z][a-z0-9_]*)\}$/;
const LITERAL = /^[A-Za-z0-9._~-]+$/;

/** Segments of a template such as "/v2/{project_id}/groups"; `undefined` when it is no such template. */
export function parsePathTemplate(path: string): readonly TemplateSegment[] | undefined {
  if (!path.startsWith('/')) return undefined;
  const segments: TemplateSegment[] = [];
  for (const text of path.slice(1).split('/')) {
    const variable = VARIABLE.exec(text)?.[1];
    if (variable !== undefined) segments.push({ kind: 'variable', name: variable });
    else if (LITERAL.test(text)) segments.push({ kind: 'literal', text });
    else return undefined;
  }
  return segments;
}

/** Equal for two templates that match the same paths. */
export function pathShape(segments: readonly TemplateSegment[]): string {
  return segments.map((segment) => `/${segment.kind === 'literal' ? segment.text : '{}'}`).join('');
}

/** Names of the fields in a template over request fields, such as "function:{package}/{func_name}". */
export function templateFields(template: string): readonly string[] {
  return [...template.matchAll(/\{([a-z][a-z0-9_]*)\}/g)].map((match) => match[1] ?? '');
}

export function fillTemplate(template: string, valueOf: (field: string) => string): string {
  return template.replaceAll(/\{([a-z][a-z0-9_]*)\}/g, (_, field: string) => valueOf(field));
}
