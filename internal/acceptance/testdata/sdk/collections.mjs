// The life of a resource in the collections of the APIs.
import { life } from './helper.mjs';

const palette = { primary: '#005eb4', secondary: '#005eb4', error: '#ff0000', background: '#ffffff', paper: '#ffffff', navbar: '#005eb4' };
const font = { font_id: '123e4567-e89b-12d3-a456-426614174000', font_name: 'Open Sans', urls: [] };
const regex = { type: 'regex', conditions: { all: [] } };

const collections = [
  {
    api: 'webhooks', create: 'createConfig', get: 'getConfig', list: 'getConfigs', update: 'updateConfig', remove: 'deleteConfig', param: 'configId',
    body: (n) => ({ name: 'Hook ' + n, eventName: 'order.created', url: 'https://erp.example.com/hooks', httpMethod: 'POST' }),
    change: () => ({ name: 'Hook of the ERP', eventName: 'order.created', url: 'https://erp.example.com/v2', httpMethod: 'PUT' }),
  },
  {
    api: 'workflow-definition', create: 'createDefinition', get: 'getDefinition', list: 'getDefinitions', update: 'updateDefinition', remove: 'deleteDefinition', param: 'definitionId',
    body: (n) => ({ name: 'Installation ' + n, flow: [] }), change: () => ({ name: 'Maintenance', flow: [] }),
  },
  {
    api: 'workflow-definition', create: 'createFlowTemplate', get: 'getFlowTemplate', list: 'listFlowTemplates', update: 'updateFlowTemplate', remove: 'deleteFlowTemplate', param: 'flowId',
    body: (n) => ({ name: 'Installation ' + n, phases: [], tasks: [], edges: [] }), change: () => ({ name: 'Maintenance', phases: [{ id: 'p', name: 'Plan' }], tasks: [], edges: [] }),
  },
  {
    api: 'automation', create: 'createFlow', get: 'getFlow', list: 'searchFlows', update: 'putFlow', remove: 'deleteFlow', param: 'flow_id',
    body: (n) => ({ flow_name: 'Welcome ' + n, triggers: [], actions: [] }), change: () => ({ flow_name: 'Goodbye', triggers: [], actions: [] }),
  },
  {
    api: 'permissions', create: 'createRole', get: 'getRole', list: 'listAllRoles', update: 'putRole', remove: 'deleteRole', param: 'roleId',
    body: (n) => ({ name: 'Support ' + n, slug: 'support-' + n, type: 'user_role', grants: [{ action: 'entity:view', resource: 'entity:123:contact:*' }] }),
    change: (id) => ({ id, organization_id: '123', name: 'Sales', slug: 'support-1', type: 'user_role', grants: [] }),
  },
  {
    api: 'user', create: 'createGroup', get: 'getGroup', list: 'getGroups', update: 'updateGroup', remove: 'deleteGroup',
    body: (n) => ({ name: 'Sales ' + n }), change: () => ({ name: 'Sales in Köln' }),
  },
  {
    api: 'notes', create: 'createNote', get: 'getNote', update: 'patchNote', remove: 'deleteNote', key: '_id', param: 'id',
    body: (n) => ({ _tags: ['tag ' + n], content: 'Call ' + n }), change: () => ({ content: 'Call again' }),
  },
  {
    api: 'kanban', create: 'createKanbanBoard', get: 'getKanbanBoard', list: 'getKanbanBoards', update: 'patchKanbanBoard', remove: 'deleteKanbanBoard', param: 'boardId',
    body: (n) => ({ title: 'Board ' + n, config: {} }), change: () => ({ title: 'Offers' }),
  },
  {
    api: 'dashboard', create: 'createDashboard', get: 'getDashboard', list: 'listDashboards', update: 'patchDashboard', remove: 'deleteDashboard',
    body: (n) => ({ title: 'Revenue ' + n, tiles: [] }), change: () => ({ title: 'Orders' }),
  },
  {
    api: 'dashboard', create: 'createInsight', get: 'getInsight', list: 'listInsights', update: 'patchInsight', remove: 'deleteInsight',
    body: (n) => ({ name: 'Orders ' + n, visualisation_id: 'timechart' }), change: () => ({ name: 'Contracts' }),
  },
  {
    api: 'validation-rules', create: 'createValidationRule', get: 'getValidationRuleById', list: 'getValidationRules', update: 'updateValidationRule', remove: 'deleteValidationRule', key: '_id', param: 'ruleId',
    body: (n) => ({ title: 'Meter number ' + n, rule: regex }), change: () => ({ title: 'IBAN', rule: regex }),
  },
  {
    api: 'email-template', create: 'saveTemplate', get: 'getTemplateDetail', update: 'updateTemplateDetail', key: '_id', param: 'id',
    inner: 'entity', made: (data) => data, body: (n) => ({ name: 'Offer ' + n, subject: 'Your offer' }), change: () => ({ name: 'Order', subject: 'Your order' }),
  },
  {
    api: 'purpose', create: 'createPurpose', get: 'getPurpose', list: 'searchPurposes', update: 'updatePurpose', remove: 'deletePurpose', param: 'purposeId',
    body: (n) => ({ name: 'Marketing ' + n }), change: () => ({ name: 'Solar' }),
  },
  {
    api: 'notification', create: 'createNotificationTemplate', get: 'getNotificationTemplate', list: 'listNotificationTemplates', update: 'patchNotificationTemplate', remove: 'deleteNotificationTemplate', key: '_id', param: 'id',
    body: (n) => ({ name: 'New order ' + n, type: 'contact' }), change: () => ({ name: 'New contract' }),
  },
  {
    api: 'environments', create: 'createEnvironmentVariable', get: 'getEnvironmentVariable', list: 'listEnvironmentVariables', update: 'updateEnvironmentVariable', remove: 'deleteEnvironmentVariable', key: 'key',
    body: (n) => ({ key: 'erp_url_' + n, type: 'String', value: 'https://erp.example.com/' + n }), change: () => ({ type: 'String', value: 'https://erp.example.org' }),
  },
  {
    api: 'template-variables', create: 'createCustomVariable', get: 'getCustomVariable', list: 'getCustomVariables', update: 'updateCustomVariable', remove: 'deleteCustomVariable',
    body: (n) => ({ key: 'table_' + n, template: 'Price ' + n }), change: () => ({ key: 'table_1', template: 'Total' }),
  },
  {
    api: 'billing', create: 'createBillingEvent', get: 'getBillingEvent', list: 'getBillingEvents', update: 'updateBillingEvent', remove: 'deleteBillingEvent', key: '_id', param: 'id',
    body: (n) => ({ type: 'installment', billing_amount: 10000 + n, billing_amount_decimal: '100.00', billing_currency: 'EUR', contract: {}, booking_date: '2025-06-15', due_date: '2025-06-30' }),
    change: () => ({ type: 'installment', billing_amount: 20000 }),
  },
  {
    api: 'calendar', create: 'createCalendar', get: 'getCalendar', list: 'listCalendars', update: 'updateCalendar', remove: 'deleteCalendar', key: '_id', param: 'calendar_id',
    body: (n) => ({ name: 'Team ' + n }), change: () => ({ name: 'Field service' }),
  },
  {
    api: 'calendar', create: 'createEvent', get: 'getEvent', update: 'updateEvent', remove: 'deleteEvent', key: '_id', param: 'event_id',
    list: 'listEvents', query: { from: '2024-01-01T00:00:00Z', to: '2024-03-01T00:00:00Z' },
    body: (n) => ({ start_time: '2024-01-31T12:00:00Z', end_time: '2024-01-31T13:00:00Z', timezone: 'Europe/Berlin', is_all_day: false, status: 'free', sensitivity: 'normal', _title: 'Visit ' + n }),
    change: () => ({ _title: 'Installation' }),
  },
  {
    api: 'chat', create: 'createChatWidget', get: 'getChatWidget', list: 'listChatWidgets', update: 'updateChatWidget', remove: 'deleteChatWidget', key: 'widget_id', removing: { version: 1 },
    body: (n) => ({ name: 'Help ' + n, agent_id: '123e4567-e89b-12d3-a456-426614174000', website_chat: { allowed_origins: [], organisation_name: 'Solar', default_locale: 'en' } }),
    change: () => ({ version: 1, name: 'Sales' }), sent: ({ version, ...rest }) => rest,
  },
  {
    api: 'ai-agents', create: 'createAgent', get: 'getAgentById', list: 'listAgents', update: 'updateAgentById', remove: 'deleteAgentById', key: 'agent_id',
    body: (n) => ({ name: 'Reader ' + n, system_prompt: 'Read the meter', execution_pattern: 'direct' }), change: () => ({ name: 'Writer' }),
  },
  {
    api: 'snapshot', create: 'createSnapshot', get: 'getSnapshot', list: 'listSnapshots', remove: 'deleteSnapshot',
    body: (n) => ({ name: 'Before release ' + n, resources: [] }), sent: ({ name }) => ({ name }),
  },
  {
    api: 'deduplication', create: 'createUniquenessCriteria', get: 'getUniquenessCriteria', list: 'listUniquenessCriteria', update: 'updateUniquenessCriteria', remove: 'deleteUniquenessCriteria', key: 'schema',
    body: (n) => ({ schema: n === 1 ? 'meter' : 'ticket', matchRules: [{ attributes: [{ attribute: 'number' }], confidence: 1 }] }),
    change: () => ({ schema: 'meter', matchRules: [{ attributes: [{ attribute: 'serial' }], confidence: 1 }] }),
  },
  {
    api: 'design', create: 'addDesign', get: 'getDesign', list: 'getAllDesigns', remove: 'deleteDesign', param: 'designId', inner: 'design',
    body: (n) => ({ design: { style_name: 'Solar ' + n, style: { palette, typography: { font, primary: '#005eb4', secondary: '#005eb4' }, consumer: { widgets: [], customer_portals: [] } }, status: 'new', edited: 'no' } }),
    sent: ({ design }) => ({ style_name: design.style_name, style: design.style }),
  },
  {
    api: 'email-settings', create: 'addSharedInbox', get: 'getSharedInbox', list: 'listSharedInboxes', update: 'updateSharedInbox', remove: 'deleteSharedInbox',
    body: (n) => ({ color: '#2196F3', name: 'Support ' + n }), change: () => ({ color: '#2196F3', name: 'Sales' }),
  },
  {
    api: 'email-settings', create: 'addEmailAddress', get: 'getEmailAddress', list: 'listEmailAddresses', update: 'updateEmailAddress', remove: 'deleteEmailAddress',
    body: (n) => ({ address: `support${n}@example.com` }), change: () => ({ address: 'support1@example.com', name: 'Support' }),
  },
  {
    api: 'email-settings', create: 'createSmtpConnection', get: 'getSmtpConnection', list: 'listSmtpConnections', update: 'updateSmtpConnection', remove: 'deleteSmtpConnection', key: 'connection_id', param: 'connectionId',
    body: (n) => ({ smtp_host: `mail${n}.example.com`, smtp_port: '587', smtp_secure: 'tls', smtp_username: 'anna', smtp_password: 'kX7-Lichtmast-42' }),
    change: () => ({ smtp_host: 'mail.example.org' }), sent: ({ smtp_password, ...rest }) => rest,
  },
  {
    api: 'event-catalog', create: 'createCustomEvent', get: 'getEvent', list: 'listEvents', update: 'patchEvent', remove: 'deprecateCustomEvent', key: 'event_name',
    body: (n) => ({ event_name: 'MeterRead' + n, event_title: 'Meter read', schema_fields: {}, entity_graph: { nodes: [], edges: [] } }), change: () => ({ enabled: false }),
  },
  {
    api: 'entity', create: 'createSavedView', get: 'getSavedView', list: 'listSavedViews', update: 'patchSavedView', remove: 'deleteSavedView',
    body: (n) => ({ slug: ['contact'], name: 'In Köln ' + n, ui_config: {} }), change: () => ({ name: 'In Bonn' }),
  },
  {
    api: 'entity', create: 'createTaxonomy', get: 'getTaxonomy', list: 'listTaxonomies', update: 'updateTaxonomy', remove: 'deleteTaxonomy', key: 'slug', param: 'taxonomySlug',
    body: (n) => ({ slug: 'colour-' + n, name: 'Colour ' + n }), change: () => ({ slug: 'colour-1', name: 'Colours' }),
  },
];

for (const collection of collections) await life(collection);
